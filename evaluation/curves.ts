import type { Candles } from '../contracts/candles.ts';
import type { EquityCurve, ReliabilityCurve } from '../contracts/curves.ts';
import { reliabilityBins } from '../statistics/reliability.ts';
import { thinnedRows } from './plots/thinning.ts';

/** Columns that an equity curve is thinned to: four lines each at most, enough for a page. */
const COLUMNS = 150;
const DIGITS = 6;

/** How far the probabilities of each class are from how often it came. */
export function reliabilityCurves(
  label: Int8Array,
  probabilities: Float32Array,
  classes: readonly string[],
): ReliabilityCurve[] {
  return classes.map((name, k) => ({
    class: name,
    bins: reliabilityBins(label, probabilities, classes.length, k).map(
      ({ rows, probability, frequency }) => ({
        rows,
        probability: rounded(probability),
        frequency: rounded(frequency),
      }),
    ),
  }));
}

/**
 * What the account of a backtest was worth at the closes, beside that of who held.
 * @param netReturns simple returns per bar from `firstBar` on
 */
export function equityCurve(netReturns: Float64Array, candles: Candles, firstBar: number): EquityCurve {
  const equity = new Float64Array(netReturns.length);
  let value = 1;
  for (let at = 0; at < equity.length; at++) {
    value *= 1 + netReturns[at]!;
    equity[at] = value;
  }
  const kept = [...thinnedRows(equity, COLUMNS)];
  const start = candles.open[firstBar]!;
  return {
    time: kept.map(at => candles.openTime[firstBar + at]!),
    equity: kept.map(at => rounded(equity[at]!)),
    buyAndHold: kept.map(at => rounded(candles.close[firstBar + at]! / start)),
  };
}

/** A picture needs no more. */
function rounded(value: number): number {
  return Number(value.toFixed(DIGITS));
}
