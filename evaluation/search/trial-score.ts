import type { Candles } from '../../contracts/candles.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { Objective } from '../../contracts/search.ts';
import type { MarketKind } from '../../contracts/series.ts';
import type { TrialScore } from '../../contracts/trials.ts';
import { reversionSides } from '../../datasets/labels/sigma-reversion.ts';
import { volatilityOf, volatilityPerBar } from '../../datasets/labels/volatility.ts';
import { returnMoments } from '../../statistics/sharpe.ts';
import { scoreDecided } from '../score.ts';
import type { OutOfFold } from '../walk-forward.ts';

/** A score of several models' decisions. */
export type OutOfFoldScore = ReturnType<typeof scoreDecided>;

/** Scores a joined record of predictions as any block is scored; `candles` end before the test block. */
export function scoreOutOfFold(
  record: OutOfFold,
  candles: Candles,
  recipe: Pick<Recipe, 'task' | 'labels' | 'costs' | 'gate'>,
  market: MarketKind,
): OutOfFoldScore {
  const { task, labels } = recipe;
  const { probabilities, predicted, label, bar, trainClasses } = record;
  return scoreDecided({
    task,
    probabilities,
    predicted,
    label,
    bar,
    signalSides: labels.kind === 'sigma-reversion' ? reversionSides(candles, labels) : null,
    trainClasses,
    candles,
    atr: volatilityPerBar(candles, volatilityOf(labels)),
    recipe,
    market,
  });
}

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
