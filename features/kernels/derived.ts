import type { MarketBars } from '../../contracts/candles.ts';
import { Change } from './columns/change.ts';
import type { DerivedColumn, InputColumn } from './kernel.ts';

interface Derivation {
  readonly inputs: readonly InputColumn[];
  /** Begins before the first bar; what it returns fills `out` for the next bars, one or many. */
  start(): (bars: MarketBars, out: Float64Array) => void;
}

/** Columns that several formulas need, computed once. */
export const DERIVATIONS: Readonly<Record<DerivedColumn, Derivation>> = {
  perClose: {
    inputs: ['close'],
    start:
      () =>
      ({ close }, out) => {
        for (let i = 0; i < close.length; i++) out[i] = 1 / close[i];
      },
  },
  logReturn: {
    inputs: ['close'],
    start() {
      let last = Number.NaN;
      return ({ close }, out) => {
        let before = last;
        for (let i = 0; i < close.length; i++) {
          const price = close[i];
          out[i] = logReturn(price, before);
          before = price;
        }
        last = before;
      };
    },
  },
  closeChange: {
    inputs: ['close'],
    start() {
      const change = new Change();
      return ({ close }, out) => change.advance(close, out, close.length);
    },
  },
  trueRange: {
    inputs: ['high', 'low', 'close'],
    start() {
      let last = Number.NaN;
      return ({ high, low, close }, out) => {
        let before = last;
        for (let i = 0; i < close.length; i++) {
          const gapDown = before - high[i];
          const gapUp = low[i] - before;
          out[i] = high[i] - low[i] + 0.5 * (gapDown + Math.abs(gapDown) + (gapUp + Math.abs(gapUp)));
          before = close[i];
        }
        last = before;
      };
    },
  },
  typicalPrice: {
    inputs: ['high', 'low', 'close'],
    start:
      () =>
      ({ high, low, close }, out) => {
        for (let i = 0; i < close.length; i++) out[i] = (high[i] + low[i] + close[i]) / 3;
      },
  },
};

export const DERIVED_COLUMNS = Object.keys(DERIVATIONS) as DerivedColumn[];

/**
 * log(price / before) from the difference, which keeps its digits where the two are close:
 * 2·atanh(d) with d = (price − before) / (price + before), by its series for |d| ≤ 0.01 (next term under 1e-18 of it).
 */
export function logReturn(price: number, before: number): number {
  const d = (price - before) / (price + before);
  if (Math.abs(d) > 0.01) return Math.log1p((price - before) / before);
  const square = d * d;
  return 2 * d * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9)))));
}
