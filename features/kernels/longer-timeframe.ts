import type { FeatureDefinition } from '../definition.ts';
import { FeatureEngine } from '../engine.ts';
import { CHUNK_BARS, type Formula, type Kernel, type KernelBars, type KernelOutputs } from './kernel.ts';
import { LongerBars } from './longer-bars.ts';

/**
 * Features of the last closed bar of a longer timeframe, which is `multiple` of the series' own; never of the one under way.
 * Outputs are named as the features are. They are computed once per longer bar, all from the same ones.
 */
export function longerTimeframe(features: readonly FeatureDefinition[]): Kernel {
  return {
    name: 'longer-timeframe',
    inputs: ['openTime', 'open', 'high', 'low', 'close', 'volume'],
    outputs: features.map(({ name }) => name),
    start({ multiple }, barMs) {
      let formula: Formula | undefined;
      return {
        advance(bars, out) {
          formula ??= new LongerFormula(
            features.filter(({ name }) => out[name]),
            barMs,
            multiple,
          );
          formula.advance(bars, out);
        },
      };
    },
  };
}

/**
 * Bars back that a value depends on: the longer bars that the feature looks at, and of the one under way all but the bar that
 * would close it.
 */
export function longerLookBack(lookBack: number, multiple: number): number {
  return multiple * (lookBack + 1) + multiple - 2;
}

class LongerFormula implements Formula {
  readonly #names: readonly string[];
  readonly #bars: LongerBars;
  readonly #engine: FeatureEngine;
  /** Per feature: its value before these bars, then those of the longer bars that they closed. */
  readonly #values: readonly Float64Array[];

  constructor(features: readonly FeatureDefinition[], barMs: number, multiple: number) {
    this.#names = features.map(({ name }) => name);
    this.#bars = new LongerBars(barMs, multiple);
    this.#engine = new FeatureEngine(features, barMs * multiple);
    this.#values = features.map(() => new Float64Array(CHUNK_BARS + 2).fill(Number.NaN));
  }

  advance(bars: KernelBars, out: KernelOutputs): void {
    const closed = this.#bars.advance(bars);
    this.#engine.advance(closed, this.#values, 1);
    const closedBy = this.#bars.closedBy;
    const count = bars.close.length;
    for (const [f, name] of this.#names.entries()) {
      const values = this.#values[f];
      const column = out[name]!;
      for (let i = 0; i < count; i++) column[i] = values[closedBy[i]];
      values[0] = values[closed.close.length];
    }
  }
}
