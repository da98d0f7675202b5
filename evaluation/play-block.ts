import type { Trade } from '../contracts/backtest.ts';
import type { Candles } from '../contracts/candles.ts';
import type { BacktestSummary } from '../contracts/evidence.ts';
import type { CostSpec, LabelSpec } from '../contracts/recipe.ts';
import type { MarketKind } from '../contracts/series.ts';
import { APPROVE, NO_TRADE, type Task } from '../contracts/tasks.ts';
import { playDirections } from '../strategy/play-directions.ts';
import { netReturnsOf, summarizeBacktest } from './backtest-summary.ts';

/** Decisions on rows of a block, and the market they are traded on. */
export interface PlayInput {
  readonly task: Task;
  /** Decided class per row. */
  readonly predicted: Int8Array;
  /** Bar of each row, ascending. */
  readonly bar: Int32Array;
  /** Of the task `approve2`: the side (LONG, SHORT) of the signal that it judges, per bar. */
  readonly signalSides: Int8Array | null;
  /** The whole snapshot, and per bar of it the volatility that barriers are counted in (ATR14 by default). */
  readonly candles: Candles;
  readonly atr: Float64Array;
  readonly labels: LabelSpec;
  readonly costs: CostSpec;
  readonly market: MarketKind;
}

export interface PlayedBlock {
  readonly summary: BacktestSummary;
  readonly trades: readonly Trade[];
  /** What the account gained in each played bar, marked at the closes: simple returns. */
  readonly netReturns: Float64Array;
}

/** Trades the decisions as they were labelled, from the first row's bar to the last row's time limit: no trade is cut. */
export function playBlock(input: PlayInput): PlayedBlock {
  const { candles, bar, predicted, labels } = input;
  const bars = candles.openTime.length;
  const direction = new Int8Array(bars).fill(-1);
  for (let row = 0; row < bar.length; row++)
    direction[bar[row]!] = directionOf(predicted[row]!, bar[row]!, input);
  const result = playDirections({
    candles,
    volatility: input.atr,
    direction,
    fromBar: bar[0],
    toBar: Math.min(bars, bar[bar.length - 1] + labels.horizonBars + 1),
    labels,
    costs: input.costs,
    market: input.market,
  });
  return {
    summary: summarizeBacktest(result, input.costs, input.market),
    trades: result.trades,
    netReturns: netReturnsOf(result),
  };
}

/** An approved signal is taken in its own direction; a direction is taken as it is. */
function directionOf(decided: number, bar: number, { task, signalSides }: PlayInput): number {
  if (task !== 'approve2') return decided;
  return decided === APPROVE && signalSides ? signalSides[bar]! : NO_TRADE;
}
