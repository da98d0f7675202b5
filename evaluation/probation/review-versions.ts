import { isDeepStrictEqual } from 'node:util';
import type { Candles } from '../../contracts/candles.ts';
import { type DecisionRule, decideClasses, decidedProbabilities } from '../../contracts/decision.ts';
import type { Estimate } from '../../contracts/evidence.ts';
import type { Review, ReviewLook, ReviewMeasure, ReviewScore } from '../../contracts/probation.ts';
import type { GateSpec, LabelSpec, Recipe } from '../../contracts/recipe.ts';
import type { MarketKind } from '../../contracts/series.ts';
import { DECIDED_CLASSES, type Task } from '../../contracts/tasks.ts';
import {
  type BootstrapSpec,
  bootstrapIntervals,
  MIN_BLOCKS,
  type Statistic,
} from '../../statistics/bootstrap.ts';
import { pairedDifference, statisticsOfSums } from '../../statistics/resampled.ts';
import { mccStatistic } from '../../statistics/resampled-classification.ts';
import { expandedTail } from '../../statistics/student.ts';
import { barsToWait, drawsFor, lookBlockRows, spendingWeight } from '../comparison/looks.ts';
import { barsToDetect, TOLD_DIFFERENCE } from '../detection-time.ts';
import { bootstrapSpec, type Score, scoreDecided } from '../score.ts';

/** A version under review, and what it answered. */
export interface ReviewedModel {
  readonly task: Task;
  readonly decision: DecisionRule;
  readonly labels: LabelSpec;
  /** Row-major `[rows, outputs]`, on the same rows as the other model's. */
  readonly answers: Float32Array;
  /** Decided class that was right by its own labels, per row. */
  readonly label: Int8Array;
  /** Per bar, the volatility that its barriers are counted in. */
  readonly atr: Float64Array;
  /** Of the task `approve2`: the side (LONG, SHORT) of the signal that it judges, per bar. */
  readonly signalSides: Int8Array | null;
}

export interface ReviewInput {
  readonly champion: ReviewedModel;
  readonly previous: ReviewedModel;
  /** Bar of each row, ascending: closed since the promotion, unseen by both, labelled by both. */
  readonly bar: Int32Array;
  readonly candles: Candles;
  readonly market: MarketKind;
  /** Of the champion's recipe: both are judged and pay alike. */
  readonly recipe: Pick<Recipe, 'costs' | 'gate'>;
  readonly measure: ReviewMeasure;
  readonly look: ReviewLook | null;
}

export type ReviewFindings = Pick<Review, 'difference' | 'bound' | 'barsToDetect'> & {
  readonly champion: ReviewScore;
  readonly previous: ReviewScore;
};

/** One-sided probability that probation, over all its looks, finds a version worse that is not. */
const FAMILY_LEVEL = 0.05;

/** The level of the k-th look, spent as the gate spends its own: those of however many looks never add up to more than 5 %. */
export function lookLevel(look: number): number {
  return FAMILY_LEVEL * spendingWeight(look);
}

/**
 * Bars that must be known for the next look: as many as the gate asks of a comparison (and ten blocks of the bootstrap), and
 * so many more than at the last look that the share that the gate asks for is fresh.
 */
export function barsOfNextLook(lastLookBars: number, horizonBars: number, gate: GateSpec): number {
  const least = Math.max(gate.minComparisonBars, MIN_BLOCKS * 2 * horizonBars);
  return Math.max(least, lastLookBars + barsToWait(lastLookBars, 0, gate.minFreshShare));
}

/**
 * Scores both versions as validation does, and how they differ on the same bars: paired moving-block intervals of MCC and of
 * net returns per bar, 95 %, and of the deciding one at the look's level.
 * @throws AlphaloomError PREDICTION_INVALID where a model's probabilities are none
 */
export function reviewVersions(input: ReviewInput): ReviewFindings {
  const { recipe, bar, measure, look } = input;
  const champion = scoreOf(input.champion, input);
  const previous = scoreOf(input.previous, input);
  const horizon = input.champion.labels;
  const statistics: Record<ReviewMeasure, Statistic<string>> = {
    mcc: mccDifference(input.champion, input.previous, champion.predicted, previous.predicted),
    netReturnPerBar: returnDifference(champion.score.netReturns, previous.score.netReturns),
  };
  const rowsOf: Record<ReviewMeasure, number> = {
    mcc: bar.length,
    netReturnPerBar: Math.min(champion.score.netReturns.length, previous.score.netReturns.length),
  };
  const estimate = (of: ReviewMeasure, level: number | null): Estimate => {
    const spec = specOf(rowsOf[of], horizon, recipe.gate, level);
    return spec === null ? UNKNOWN : bootstrapIntervals(statistics[of], spec).difference!;
  };
  const isSameQuestion = isDeepStrictEqual(questionOf(input.champion), questionOf(input.previous));
  const mcc = isSameQuestion ? estimate('mcc', null) : UNKNOWN;
  return {
    champion: told(champion.score),
    previous: told(previous.score),
    difference: { mcc, netReturnPerBar: estimate('netReturnPerBar', null) },
    bound:
      look === null ? null : measure === 'mcc' && !isSameQuestion ? UNKNOWN : estimate(measure, look.level),
    barsToDetect: barsToDetect(TOLD_DIFFERENCE, mcc, bar.length),
  };
}

/**
 * As in evidence; at a look's level as the gate looks, with longer blocks and the tail that holds the level on few of them, on both
 * sides. Null where that takes more draws than can be made.
 */
function specOf(rows: number, labels: LabelSpec, gate: GateSpec, level: number | null): BootstrapSpec | null {
  const spec = bootstrapSpec(rows, labels, gate);
  if (level === null) return spec;
  const blockRows = lookBlockRows(rows, labels.horizonBars);
  const blocks = Math.floor(rows / blockRows);
  const tail = blocks > 1 ? expandedTail(level, blocks) : level;
  const draws = drawsFor(tail, gate.bootstrapDraws);
  return draws === null ? null : { ...spec, blockRows, draws, level: 2 * tail };
}

const UNKNOWN: Estimate = { value: null, low: null, high: null };

function scoreOf(
  { task, decision, labels, answers, label, atr, signalSides }: ReviewedModel,
  { bar, candles, market, recipe }: ReviewInput,
): { predicted: Int8Array; score: Omit<Score, 'calibration'> } {
  const probabilities = decidedProbabilities(task, answers, decision);
  const predicted = decideClasses(task, probabilities, decision);
  const score = scoreDecided({
    ...{ task, probabilities, predicted, label, bar, signalSides, candles, atr, market },
    // The constant baseline is not asked about here: any guess does.
    trainClasses: DECIDED_CLASSES[task].map(() => 1),
    recipe: { ...recipe, labels },
  });
  return { predicted, score };
}

function mccDifference(
  champion: ReviewedModel,
  previous: ReviewedModel,
  championAnswers: Int8Array,
  previousAnswers: Int8Array,
): Statistic<string> {
  const statisticOf = ({ task, label }: ReviewedModel, answers: Int8Array) =>
    renamed(mccStatistic(label, answers, DECIDED_CLASSES[task].length));
  return pairedDifference(statisticOf(champion, championAnswers), statisticOf(previous, previousAnswers));
}

/** Mean net return per bar, over the bars that both backtests lasted. */
function returnDifference(champion: Float64Array, previous: Float64Array): Statistic<string> {
  const bars = Math.min(champion.length, previous.length);
  return statisticsOfSums(bars, 1, (row, out) => (out[0] = champion[row]! - previous[row]!), {
    difference: sums => sums[0]! / bars,
  });
}

function renamed(statistic: Statistic<string>): Statistic<string> {
  return { ...statistic, names: ['difference'] };
}

/** What a model's answers are right or wrong about. */
function questionOf({ task, labels, decision }: ReviewedModel) {
  return { task, labels, breakEven: decision.returns?.breakEven };
}

function told({ metrics, backtest }: Omit<Score, 'calibration'>): ReviewScore {
  const { mcc, directionalAuc, accuracy, balancedAccuracy } = metrics;
  return { metrics: { mcc, directionalAuc, accuracy, balancedAccuracy }, backtest };
}
