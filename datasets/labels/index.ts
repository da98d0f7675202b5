import type { Candles } from '../../contracts/candles.ts';
import type { LabelSpec } from '../../contracts/recipe.ts';
import { labelFixedHorizon } from './fixed-horizon.ts';
import type { Labels } from './labels.ts';
import { labelTripleBarrier } from './triple-barrier.ts';

/** Labels every bar as the recipe says; a label at t reads bars from t+1 to its end, and the ATR14 up to t. */
export function labelCandles(candles: Candles, spec: LabelSpec): Labels {
  switch (spec.kind) {
    case 'triple-barrier':
      return labelTripleBarrier(candles, spec);
    case 'fixed-horizon':
      return labelFixedHorizon(candles, spec);
  }
}
