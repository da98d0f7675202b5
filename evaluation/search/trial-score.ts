import type { Objective } from '../../contracts/search.ts';
import type { TrialScore } from '../../contracts/trials.ts';
import { returnMoments } from '../../statistics/sharpe.ts';
import type { OutOfFoldScore } from '../folds/score-out-of-fold.ts';

/** The numbers of a score that a search keeps, and the one that it goes by. */
export function trialScore(score: OutOfFoldScore, folds: number, objective: Objective): TrialScore {
  const { metrics, intervals, backtest, netReturns } = score;
  const values: Readonly<Record<Objective, number | null>> = {
    mcc: metrics.mcc,
    'directional-auc': metrics.directionalAuc,
    'net-return': backtest.totalNetReturn,
    'log-loss': metrics.logLoss,
  };
  return {
    value: values[objective],
    folds,
    rows: metrics.rows,
    mcc: intervals.mcc,
    directionalAuc: intervals.directionalAuc,
    logLoss: metrics.logLoss,
    trades: backtest.trades,
    netReturn: backtest.totalNetReturn,
    sharpePerBar: returnMoments(netReturns).sharpe,
  };
}
