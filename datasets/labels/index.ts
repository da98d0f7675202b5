import type { Candles } from '../../contracts/candles.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import { labelFixedHorizon } from './fixed-horizon.ts';
import { labelForwardReturn } from './forward-return.ts';
import type { Labels } from './labels.ts';
import { labelSigmaReversion } from './sigma-reversion.ts';
import { labelTripleBarrier } from './triple-barrier.ts';

type Labellers = {
  readonly [Kind in LabelSpec['kind']]: (
    candles: Candles,
    spec: Extract<LabelSpec, { kind: Kind }>,
  ) => Labels;
};

const LABELLERS: Labellers = {
  'triple-barrier': labelTripleBarrier,
  'fixed-horizon': labelFixedHorizon,
  'forward-return': labelForwardReturn,
  'sigma-reversion': labelSigmaReversion,
};

/** Labels every bar as the recipe says; a label at t reads bars from t+1 to its end, and deviation or range up to t. */
export function labelCandles(candles: Candles, spec: LabelSpec): Labels {
  const label = LABELLERS[spec.kind] as (candles: Candles, spec: LabelSpec) => Labels;
  return label(candles, spec);
}
