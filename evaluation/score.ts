import type { Candles } from '../contracts/candles.ts';
import type { Evidence, Metrics, TradeRecord } from '../contracts/evidence.ts';
import type { GateSpec, LabelSpec, Recipe } from '../contracts/recipe.ts';
import type { MarketKind } from '../contracts/series.ts';
import { type BootstrapSpec, bootstrapIntervals, type Statistic } from '../statistics/bootstrap.ts';
import { classificationMetrics } from '../statistics/classification.ts';
import { likeliestClasses, type Probabilities } from '../statistics/probabilities.ts';
import { GENERATOR } from '../statistics/random.ts';
import { statisticsOfSums } from '../statistics/resampled.ts';
import { classificationStatistics } from '../statistics/resampled-classification.ts';
import { backtest } from '../strategy/backtest.ts';

export interface ScoreInput {
  /** Of the task, in the order of the model's outputs. */
  readonly classes: readonly string[];
  /** Row-major `[rows, classes]` from the model that would serve, on the labelled rows of the block to score. */
  readonly probabilities: Probabilities;
  readonly label: Int8Array;
  /** Bar of each row, ascending. */
  readonly bar: Int32Array;
  /** Training rows per class: what the constant baseline knows. */
  readonly trainClasses: readonly number[];
  /** The whole snapshot, and per bar of it the volatility that barriers are counted in (ATR14 by default). */
  readonly candles: Candles;
  readonly atr: Float64Array;
  readonly recipe: Pick<Recipe, 'labels' | 'costs' | 'gate'>;
  readonly market: MarketKind;
}

export interface Score
  extends Pick<Evidence, 'metrics' | 'baseline' | 'intervals' | 'bootstrap' | 'backtest'> {
  readonly trades: readonly TradeRecord[];
}

/**
 * Scores a model on one block: metrics with intervals, the constant baseline's metrics, a backtest after costs.
 * @throws AlphaloomError DATASET_TOO_SMALL without rows, PREDICTION_INVALID where a probability is none
 */
export function scoreModel(input: ScoreInput): Score {
  const { classes, probabilities, label, recipe } = input;
  const metrics = classificationMetrics(label, probabilities, classes);
  const predicted = likeliestClasses(probabilities, classes.length);
  const { summary, trades } = playBlock(input, predicted);
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

/** Plays the bars from the first row to the last row's time limit, so that no trade is cut. */
function playBlock(input: ScoreInput, predicted: Int8Array) {
  const { candles, bar, recipe } = input;
  const bars = candles.openTime.length;
  const direction = new Int8Array(bars).fill(-1);
  for (let row = 0; row < bar.length; row++) direction[bar[row]!] = predicted[row]!;
  return backtest({
    candles,
    atr: input.atr,
    direction,
    fromBar: bar[0]!,
    toBar: Math.min(bars, bar.at(-1)! + recipe.labels.horizonBars + 1),
    labels: recipe.labels,
    costs: recipe.costs,
    market: input.market,
  });
}

/** Mean returns per trade as ratios of sums over bars; a trade belongs to its entry bar. */
function tradeStatistics(
  trades: readonly TradeRecord[],
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
