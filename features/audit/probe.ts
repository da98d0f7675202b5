import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { seededRandom } from '../../statistics/random.ts';
import type { FeatureDefinition } from '../definition.ts';
import { FeatureEngine } from '../engine.ts';
import { CHUNK_BARS } from '../kernels/kernel.ts';
import { laterBars, otherBars } from './other-bars.ts';
import { concatBars, copyBars } from './runs.ts';

/** Fewest bars of history that a probe starts from. */
const LEAST_HISTORY = 512;

/** One row of one feature, asked again and again with other bars around it. */
export interface Probe {
  readonly row: number;
  /** Bars after the row that a formula is given together with it. */
  readonly later: number;
  /** The row's value with all later bars, and with none. */
  readonly withFuture: number;
  readonly withoutFuture: number;
  /** Whether the value depends on what the bars from the k-th later one on hold. */
  readsFrom(k: number): boolean;
  /** Whether it depends on whether they are there, or on what they hold. */
  feels(k: number): boolean;
  /** Whether it depends on the bars up to the j-th earlier one. */
  readsBack(j: number): boolean;
}

/** @param fullHistory from the first bar on, instead of a few look-backs before the row */
export function probeRow(
  definition: FeatureDefinition,
  bars: MarketBars,
  barMs: number,
  row: number,
  fullHistory: boolean,
): Probe {
  const history = Math.max(LEAST_HISTORY, 2 * definition.lookBack);
  const from = fullHistory ? 0 : Math.max(0, row - history);
  const past = copyBars(bars, from, row);
  const here = copyBars(bars, row, row + 1);
  const future = copyBars(bars, row + 1, Math.min(bars.close.length, row + CHUNK_BARS));
  const later = future.close.length;
  const value = (before: MarketBars, after: MarketBars): number => {
    const engine = new FeatureEngine([definition], barMs);
    const out = [new Float64Array(Math.max(before.close.length, later + 1))];
    engine.advance(before, out, 0);
    engine.advance(concatBars(here, after), out, 0);
    return out[0][0];
  };
  const random = () => seededRandom(row);
  const others = [otherBars(future, true, random()), otherBars(future, false, random()), laterBars(future)];
  const withFuture = value(past, future);
  const differs = (after: MarketBars) => !Object.is(value(past, after), withFuture);
  const readsFrom = (k: number) =>
    others.some(other => differs(concatBars(sliceBars(future, 0, k - 1), sliceBars(other, k - 1, later))));
  return {
    row,
    later,
    withFuture,
    withoutFuture: value(past, sliceBars(future, 0, 0)),
    readsFrom,
    feels: k => differs(sliceBars(future, 0, k - 1)) || readsFrom(k),
    readsBack(j) {
      const kept = Math.max(0, past.close.length - j + 1);
      return [true, false].some(up => {
        const other = otherBars(past, up, random());
        const before = concatBars(sliceBars(other, 0, kept), sliceBars(past, kept, past.close.length));
        const got = value(before, future);
        // Sums that the other bars went into and out of again may differ in their last digits.
        return !(Math.abs(got - withFuture) <= 1e-9 * Math.abs(withFuture)) && !Object.is(got, withFuture);
      });
    },
  };
}

/** The furthest later bar that a row feels: 0 where none. */
export function reachOf(probe: Probe): number {
  let low = 0;
  let high = probe.later;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (probe.feels(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
