import type { Candles } from '../../contracts/candles.ts';
import type { CostSpec, LabelSpec } from '../../contracts/recipe.ts';
import { type Backtest, type BacktestInput, backtest } from '../../strategy/backtest.ts';

export type Bar = readonly [open: number, high: number, low: number, close: number];

export const LONG = 2;
export const SHORT = 0;
export const NO_COSTS: CostSpec = { feeBps: 0, halfSpreadBps: 0, slippageBps: 0 };
export const USUAL_COSTS: CostSpec = { feeBps: 10, halfSpreadBps: 1, slippageBps: 2 };
export const BARRIERS: LabelSpec = { kind: 'triple-barrier', horizonBars: 4, upAtr: 2, downAtr: 1 };

/** A bar that stands still at a price. */
export function still(price: number): Bar {
  return [price, price, price, price];
}

export function candlesOf(bars: readonly Bar[]): Candles {
  const column = (i: number) => Float64Array.from(bars, bar => bar[i]!);
  return {
    openTime: Float64Array.from(bars, (_, i) => i * 3_600_000),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: new Float64Array(bars.length).fill(1),
  };
}

/** Plays `bars` with ATR 10 and the signals `{bar: class}`; everything else by default. */
export function play(
  bars: readonly Bar[],
  signals: Readonly<Record<number, number>>,
  changes: Partial<BacktestInput> = {},
): Backtest {
  const direction = new Int8Array(bars.length).fill(-1);
  for (const [bar, signal] of Object.entries(signals)) direction[Number(bar)] = signal;
  return backtest({
    candles: candlesOf(bars),
    atr: new Float64Array(bars.length).fill(10),
    direction,
    fromBar: 0,
    toBar: bars.length,
    labels: BARRIERS,
    costs: NO_COSTS,
    market: 'swap',
    ...changes,
  });
}
