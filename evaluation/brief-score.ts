import type { BriefFigures } from '../contracts/evaluation.ts';
import { DECIDED_CLASSES } from '../contracts/tasks.ts';
import { classificationMetrics } from '../statistics/classification.ts';
import { returnMoments } from '../statistics/sharpe.ts';
import { playBlock } from './play-block.ts';
import type { DecidedInput } from './score.ts';

export interface BriefScore extends BriefFigures {
  readonly rows: number;
  /** Per bar, simple, after costs. */
  readonly netReturns: Float64Array;
}

/** The essentials of `scoreDecided`, at a fraction of its time: nothing is resampled. */
export function scoreBriefly(decided: Omit<DecidedInput, 'trainClasses'>): BriefScore {
  const { task, label, probabilities, predicted, recipe } = decided;
  const metrics = classificationMetrics(label, probabilities, DECIDED_CLASSES[task], predicted);
  const { summary, netReturns } = playBlock({ ...decided, ...recipe });
  return {
    rows: metrics.rows,
    mcc: metrics.mcc,
    directionalAuc: metrics.directionalAuc,
    logLoss: metrics.logLoss,
    trades: summary.trades,
    netReturn: summary.totalNetReturn,
    maxDrawdown: summary.maxDrawdown,
    sharpePerBar: returnMoments(netReturns).sharpe,
    netReturns,
  };
}
