import type { Trade } from '../contracts/backtest.ts';
import type { Calibration, CalibrationReport } from '../contracts/calibration.ts';
import type { Candles } from '../contracts/candles.ts';
import { type DecisionRule, decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import type { Evidence, Metrics } from '../contracts/evidence.ts';
import type { GateSpec, LabelSpec, Recipe } from '../contracts/recipe.ts';
import type { MarketKind } from '../contracts/series.ts';
import { DECIDED_CLASSES, type Task } from '../contracts/tasks.ts';
import { type BootstrapSpec, bootstrapIntervals, type Statistic } from '../statistics/bootstrap.ts';
import { calibrationError } from '../statistics/calibration-error.ts';
import { classificationMetrics } from '../statistics/classification.ts';
import { GENERATOR } from '../statistics/random.ts';
import { statisticsOfSums } from '../statistics/resampled.ts';
import { classificationStatistics } from '../statistics/resampled-classification.ts';
import { equityCurve, reliabilityCurves } from './curves.ts';
import { playBlock } from './play-block.ts';

/** Decisions on the labelled rows of the block to score, and what they are judged by. */
export interface DecidedInput {
  readonly task: Task;
  /** Row-major `[rows, decided classes]`. */
  readonly probabilities: Float32Array;
  /** Decided class per row. */
  readonly predicted: Int8Array;
  /** Decided class that was right, per row. */
  readonly label: Int8Array;
  /** Bar of each row, ascending. */
  readonly bar: Int32Array;
  /** Of the task `approve2`: the side (LONG, SHORT) of the signal that it judges, per bar. */
  readonly signalSides: Int8Array | null;
  /** Training rows per decided class: what the constant baseline knows. */
  readonly trainClasses: readonly number[];
  /** The whole snapshot, and per bar of it the volatility that barriers are counted in (ATR14 by default). */
  readonly candles: Candles;
  readonly atr: Float64Array;
  readonly recipe: Pick<Recipe, 'labels' | 'costs' | 'gate'>;
  readonly market: MarketKind;
}

/** The answers of the one model that would serve, before they are decided. */
export interface ScoreInput extends Omit<DecidedInput, 'probabilities' | 'predicted'> {
  readonly decision: DecisionRule;
  /** Row-major `[rows, outputs]`. */
  readonly answers: Float32Array;
  /** What the model's probabilities were calibrated by; null in a task without classes. */
  readonly calibration: Calibration | null;
}

export interface Score
  extends Pick<
    Evidence,
    | 'metrics'
    | 'baseline'
    | 'intervals'
    | 'bootstrap'
    | 'backtest'
    | 'calibration'
    | 'reliability'
    | 'equityCurve'
  > {
  readonly trades: readonly Trade[];
  /** What the backtest's account gained in each bar, after costs: simple returns. */
  readonly netReturns: Float64Array;
}

/**
 * Scores a model on one block: metrics with intervals, the constant baseline's metrics, a backtest after costs.
 * @throws AlphaloomError DATASET_TOO_SMALL without rows, PREDICTION_INVALID where a probability is none
 */
export function scoreModel(input: ScoreInput): Score {
  const { task, decision, answers, label, calibration } = input;
  const probabilities = decidedProbabilities(task, answers, decision);
  const predicted = decideClasses(task, probabilities, decision);
  const score = scoreDecided({ ...input, probabilities, predicted });
  return {
    ...score,
    calibration: calibration && reportCalibration(label, probabilities, calibration),
    reliability: reliabilityCurves(label, probabilities, DECIDED_CLASSES[task]),
    equityCurve: equityCurve(score.netReturns, input.candles, input.bar[0]!),
  };
}

/** The same of decisions that were made before, by several models say; what their answers were calibrated by is not told, nor what is only looked at. */
export function scoreDecided(
  input: DecidedInput,
): Omit<Score, 'calibration' | 'reliability' | 'equityCurve'> {
  const { task, probabilities, predicted, label, recipe } = input;
  const classes = DECIDED_CLASSES[task];
  const metrics = classificationMetrics(label, probabilities, classes, predicted);
  const { summary, trades, netReturns } = playBlock({ ...input, ...recipe });
  const spec = bootstrapSpec(label.length, recipe.labels, recipe.gate);
  const overRows = bootstrapIntervals(
    classificationStatistics(label, probabilities, classes, predicted),
    spec,
  );
  const firstBar = input.bar[0]!;
  const overBars = bootstrapIntervals(
    tradeStatistics(trades, firstBar, summary.bars),
    bootstrapSpec(summary.bars, recipe.labels, recipe.gate),
  );
  return {
    metrics,
    baseline: constantBaseline(label, input.trainClasses, classes),
    intervals: { ...overRows, ...overBars },
    bootstrap: {
      method: 'moving-block',
      blockRows: spec.blockRows,
      draws: spec.draws,
      generator: GENERATOR,
      seed: spec.seed,
    },
    backtest: summary,
    trades,
    netReturns,
  };
}

/** Blocks of twice the horizon: labels that overlap are resampled together. */
export function bootstrapSpec(rows: number, labels: LabelSpec, gate: GateSpec): BootstrapSpec {
  return {
    rows,
    blockRows: 2 * labels.horizonBars,
    draws: gate.bootstrapDraws,
    seed: gate.bootstrapSeed,
  };
}

/** The raw scores' softmax follows from the calibrated one: its logarithms times T, plus the log weights. */
function reportCalibration(
  label: Int8Array,
  probabilities: Float32Array,
  calibration: Calibration,
): CalibrationReport {
  const { logWeights, temperature } = calibration;
  const classes = logWeights.length;
  const raw = Float64Array.from(
    probabilities,
    (p, at) => p ** temperature * Math.exp(logWeights[at % classes]!),
  );
  for (let at = 0; at < raw.length; at += classes) {
    const row = raw.subarray(at, at + classes);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let k = 0; k < classes; k++) row[k]! /= sum;
  }
  return {
    ...calibration,
    errorBefore: calibrationError(label, raw, classes),
    errorAfter: calibrationError(label, probabilities, classes),
  };
}

/** Mean returns per trade as ratios of sums over bars; a trade belongs to its entry bar. */
function tradeStatistics(
  trades: readonly Trade[],
  firstBar: number,
  bars: number,
): Statistic<'grossReturnPerTrade' | 'netReturnPerTrade'> {
  const tradeAt = new Map(trades.map(trade => [trade.entryBar - firstBar, trade]));
  return statisticsOfSums(
    bars,
    3,
    (bar, out) => {
      const trade = tradeAt.get(bar);
      if (!trade) return;
      out[0] = trade.grossReturn;
      out[1] = trade.netReturn;
      out[2] = 1;
    },
    {
      grossReturnPerTrade: sums => sums[0]! / sums[2]!,
      netReturnPerTrade: sums => sums[1]! / sums[2]!,
    },
  );
}

/**
 * Always the training block's commonest class. Its probabilities are the training block's class frequencies, the best a
 * constant can know, so that log loss and Brier score are those of a sensible guess.
 */
function constantBaseline(
  label: Int8Array,
  trainClasses: readonly number[],
  classes: readonly string[],
): Metrics {
  const total = trainClasses.reduce((sum, count) => sum + count, 0);
  const frequencies = trainClasses.map(count => count / total);
  const probabilities = Float64Array.from(
    { length: label.length * classes.length },
    (_, i) => frequencies[i % classes.length]!,
  );
  return classificationMetrics(label, probabilities, classes);
}
