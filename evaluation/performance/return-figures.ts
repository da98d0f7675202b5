import type { AccountFigures, ReturnFigures } from '../../contracts/performance.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { sortinoRatio } from '../../statistics/downside.ts';
import { probabilisticSharpe, returnMoments } from '../../statistics/sharpe.ts';

export const YEAR_MS = 365 * 86_400_000;

/** Equity at the closes of an account that began with `initial` (> 0) before the first bar. */
export interface EquityCurve {
  readonly time: Float64Array;
  readonly equity: Float64Array;
  readonly initial: number;
  readonly timeframe: Timeframe;
}

/** What an account gained in each bar, as a share of what it was before; 0 once nothing is left. */
export function returnsOf({ equity, initial }: EquityCurve): Float64Array {
  let before = initial;
  return equity.map(value => {
    const gained = before > 0 ? value / before - 1 : 0;
    before = value;
    return gained;
  });
}

/** Years from the open of the first bar to the close of the last. */
export function yearsOf({ time, timeframe }: EquityCurve): number {
  return time.length === 0 ? 0 : (time.at(-1)! + TIMEFRAME_MS[timeframe] - time[0]) / YEAR_MS;
}

/** @param maxDrawdown of the same curve */
export function returnFigures(curve: EquityCurve, returns: Float64Array, maxDrawdown: number): ReturnFigures {
  const growth = curve.equity.length === 0 ? 1 : curve.equity.at(-1)! / curve.initial;
  const cagr = finite(growth ** (1 / yearsOf(curve)) - 1);
  const perYear = Math.sqrt(YEAR_MS / TIMEFRAME_MS[curve.timeframe]);
  const deviation = deviationOf(returns);
  const { sharpe } = returnMoments(returns);
  return {
    totalReturn: growth - 1,
    cagr,
    volatility: deviation === null ? null : deviation * perYear,
    sharpe: annualised(sharpe, perYear),
    sortino: annualised(sortinoRatio(returns), perYear),
    calmar: cagr === null || maxDrawdown === 0 ? null : finite(cagr / maxDrawdown),
    maxDrawdown,
  };
}

export function accountFigures(
  curve: EquityCurve,
  returns: Float64Array,
  maxDrawdown: number,
): AccountFigures {
  const moments = returnMoments(returns);
  return {
    ...returnFigures(curve, returns, maxDrawdown),
    sharpePerBar: moments.sharpe,
    sortinoPerBar: sortinoRatio(returns),
    skewness: moments.skewness,
    kurtosis: moments.kurtosis,
    probabilisticSharpe: probabilisticSharpe(moments, 0),
    bestBar: returns.length === 0 ? null : returns.reduce((best, value) => Math.max(best, value)),
    worstBar: returns.length === 0 ? null : returns.reduce((worst, value) => Math.min(worst, value)),
  };
}

export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function annualised(ratio: number | null, perYear: number): number | null {
  return ratio === null ? null : ratio * perYear;
}

/** Sample deviation (n − 1), in two passes. */
function deviationOf(values: Float64Array): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
