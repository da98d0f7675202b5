import { dropout, gru, lstm, toSequence } from '../layers/index.ts';
import type { NetBuilder } from '../net.ts';
import type { Value } from '../value.ts';

const LAYERS = { gru, lstm };

interface Recurrent {
  readonly units: number;
  readonly layers: number;
  /** After every layer, the last one too. */
  readonly dropout: number;
}

/** Recurrent layers one over the other: windows `[batch, steps, features]` → the last state `[batch, units]`. */
export function recurrentLayers(
  net: NetBuilder,
  window: Value,
  kind: keyof typeof LAYERS,
  { units, layers, dropout: rate }: Recurrent,
): Value {
  let x = toSequence(net, window);
  for (let layer = 1; layer <= layers; layer++) {
    const name = `${kind}${layer}`;
    x = LAYERS[kind](net, name, x, { units, last: layer === layers });
    x = dropout(net, `${name}.dropout`, x, rate);
  }
  return x;
}
