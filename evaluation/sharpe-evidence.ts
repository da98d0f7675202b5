import type { SharpeEvidence } from '../contracts/evidence.ts';
import { TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import type { TrialRecord } from '../contracts/trials.ts';
import {
  expectedMaximumSharpe,
  probabilisticSharpe,
  type ReturnMoments,
  returnMoments,
  sampleVariance,
} from '../statistics/sharpe.ts';

const YEAR_MS = 365 * 86_400_000;

/** Fewer ratios than this say too little of their spread. */
const LEAST_RATIOS = 5;

/** What was tried for a series so far, as far as deflation goes by it. */
export interface TrialsSoFar {
  /** Different configurations, at least 1: the model itself. */
  readonly count: number;
  /** Variance of their Sharpe ratios per bar; null with under five. */
  readonly variance: number | null;
}

/**
 * Counts configurations, not scorings: a trial that was scored again, on more folds or newer bars, is still one trial. Its
 * ratio is that of its widest scoring, of equally wide ones the latest.
 * @param records oldest first
 */
export function trialsSoFar(records: readonly TrialRecord[]): TrialsSoFar {
  const widest = new Map<string, TrialRecord>();
  for (const record of records) {
    const known = widest.get(record.configuration);
    if (!known || record.score.folds >= known.score.folds) widest.set(record.configuration, record);
  }
  const ratios = [...widest.values()].flatMap(({ score }) => score.sharpePerBar ?? []);
  return {
    count: Math.max(1, widest.size),
    variance: ratios.length < LEAST_RATIOS ? null : sampleVariance(ratios),
  };
}

/**
 * Where the trials' own spread is not known, that of estimates without skill is taken: 1 / (bars − 1), which the ratio of
 * that many independent returns has.
 * @param netReturns simple returns per bar of the backtest on the test block
 */
export function sharpeEvidence(
  netReturns: Float64Array,
  timeframe: Timeframe,
  trials: TrialsSoFar,
): SharpeEvidence {
  return sharpeOf(returnMoments(netReturns), timeframe, trials);
}

/** The same of returns whose moments are known. */
export function sharpeOf(
  moments: ReturnMoments,
  timeframe: Timeframe,
  { count: trials, variance }: TrialsSoFar,
): SharpeEvidence {
  const expectedMaximum = expectedMaximumSharpe(trials, variance ?? 1 / (moments.count - 1));
  return {
    perBar: moments.sharpe,
    annualised: moments.sharpe && moments.sharpe * Math.sqrt(YEAR_MS / TIMEFRAME_MS[timeframe]),
    probabilistic: probabilisticSharpe(moments, 0),
    deflated: probabilisticSharpe(moments, expectedMaximum),
    trials,
    expectedMaximum,
    spread: variance === null ? 'no skill' : 'logged trials',
  };
}
