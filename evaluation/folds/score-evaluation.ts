import type { Evaluation, FoldScore, PathScore, PathSpreads, Spread } from '../../contracts/evaluation.ts';
import type { CombinatorialSpec, FoldSpec } from '../../contracts/split.ts';
import { testedGroups } from '../../datasets/folds.ts';
import { quantileOfSorted } from '../../statistics/quantile.ts';
import { type ReturnMoments, returnMoments, sampleVariance } from '../../statistics/sharpe.ts';
import { scoreBriefly } from '../brief-score.ts';
import type { History } from '../history.ts';
import { scoreDecided } from '../score.ts';
import { measureStability } from '../stability/slices.ts';
import { type AnsweredFold, joinFolds, type OutOfFold } from './out-of-fold.ts';
import { backtestPaths } from './paths.ts';
import { decidedOf, type FoldMarket, signalsOf } from './score-out-of-fold.ts';

/** What is found of a recipe's folds, and what their Sharpe ratio is made of. */
export interface ScoredEvaluation {
  readonly evaluation: Omit<Evaluation, 'series' | 'recipe' | 'folds'>;
  /** Of walk-forward's returns; of combinatorial folds those of the path with the median ratio. */
  readonly moments: ReturnMoments;
}

type Signals = ReturnType<typeof signalsOf>;

/** Scores all folds of a recipe: each alone, and joined to one record (walk-forward) or to backtest paths (combinatorial). */
export function scoreEvaluation(
  history: History,
  spec: FoldSpec,
  answered: readonly AnsweredFold[],
  recipe: FoldMarket['recipe'],
  market: FoldMarket['market'],
): ScoredEvaluation {
  const signals = signalsOf({ candles: history.candles, recipe, market });
  const foldScores = scoreFolds(history, spec, answered, signals);
  return spec.kind === 'walk-forward'
    ? scoreWalk(history, answered, foldScores, signals)
    : scorePaths(history, spec, answered, foldScores, signals);
}

function scoreFolds(
  history: History,
  spec: FoldSpec,
  answered: readonly AnsweredFold[],
  signals: Signals,
): FoldScore[] {
  const groups = spec.kind === 'combinatorial' ? testedGroups(spec) : null;
  return answered.map((fold, at) => {
    const record = joinFolds(history, signals.recipe, [fold]);
    const score = scoreBriefly(decidedOf(record, signals));
    const { mcc, directionalAuc, logLoss, trades, netReturn, sharpePerBar } = score;
    return {
      ...record.folds[0]!,
      groups: groups?.[at].map(group => group + 1) ?? null,
      mcc,
      directionalAuc,
      logLoss,
      backtest: groups ? null : { trades, netReturn, sharpePerBar },
    };
  });
}

function scoreWalk(
  history: History,
  answered: readonly AnsweredFold[],
  foldScores: readonly FoldScore[],
  signals: Signals,
): ScoredEvaluation {
  const record = joinFolds(history, signals.recipe, answered);
  const decided = decidedOf(record, signals);
  const { trades, netReturns, ...score } = scoreDecided(decided);
  // What is calm was known before the first row that was judged.
  const trainBar = Int32Array.from(answered[0]!.fold.train, row => history.dataset.bar[row]!);
  const stability = measureStability({ ...decided, trainBar, trades });
  return {
    evaluation: {
      ...spanOf(record, history),
      foldScores,
      record: { ...score, stability },
      paths: null,
    },
    moments: returnMoments(netReturns),
  };
}

function scorePaths(
  history: History,
  spec: CombinatorialSpec,
  answered: readonly AnsweredFold[],
  foldScores: readonly FoldScore[],
  signals: Signals,
): ScoredEvaluation {
  const records = backtestPaths(history, signals.recipe, spec, answered);
  const played = records.map(record => scoreBriefly(decidedOf(record, signals)));
  const byRatio = played.toSorted((a, b) => (a.sharpePerBar ?? 0) - (b.sharpePerBar ?? 0));
  const scores = played.map(({ netReturns: _, rows: _rows, ...score }, at) => ({ path: at + 1, ...score }));
  return {
    evaluation: {
      ...spanOf(records[0]!, history),
      foldScores,
      record: null,
      paths: { scores, spreads: spreadsOf(scores) },
    },
    moments: returnMoments(byRatio[Math.floor((byRatio.length - 1) / 2)]!.netReturns),
  };
}

function spanOf({ bar }: OutOfFold, { candles }: History) {
  return { rows: bar.length, fromTime: candles.openTime[bar[0]!]!, toTime: candles.openTime[bar.at(-1)!]! };
}

function spreadsOf(scores: readonly PathScore[]): PathSpreads {
  return {
    mcc: spreadOf(scores.map(({ mcc }) => mcc))!,
    directionalAuc: spreadOf(scores.flatMap(({ directionalAuc }) => directionalAuc ?? [])),
    netReturn: spreadOf(scores.map(({ netReturn }) => netReturn))!,
    sharpePerBar: spreadOf(scores.flatMap(({ sharpePerBar }) => sharpePerBar ?? [])),
  };
}

/** Null of no values. */
function spreadOf(values: readonly number[]): Spread | null {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  if (count === 0) return null;
  return {
    paths: count,
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    deviation: count > 1 ? Math.sqrt(sampleVariance(values)) : null,
    min: sorted[0]!,
    median: quantileOfSorted(sorted, 0.5),
    max: sorted[count - 1]!,
    positive: values.filter(value => value > 0).length / count,
  };
}
