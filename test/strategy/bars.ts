import type { BacktestMarket, BacktestResult, BacktestSetup, Trade } from '../../contracts/backtest.ts';
import type { Candles } from '../../contracts/candles.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { Decide } from '../../contracts/intents.ts';
import type { LabelSpec } from '../../contracts/labels.ts';
import { type Policy, policySchema } from '../../contracts/policy.ts';
import { backtest } from '../../strategy/backtest.ts';

export type Bar = readonly [open: number, high: number, low: number, close: number, volume?: number];

export const LONG = 2;
export const SHORT = 0;
export const NO_COSTS: CostSpec = { feeBps: 0, halfSpreadBps: 0, slippageBps: 0 };
export const USUAL_COSTS: CostSpec = { feeBps: 10, halfSpreadBps: 1, slippageBps: 2 };
export const BARRIERS: LabelSpec = { kind: 'triple-barrier', horizonBars: 4, upAtr: 2, downAtr: 1 };
export const BAR_MS = 3_600_000;

/** A bar that stands still at a price. */
export function still(price: number): Bar {
  return [price, price, price, price];
}

/** Twelve bars at 100, some of them replaced. */
export function barsAt100(changes: Readonly<Record<number, Bar>>): Bar[] {
  return Array.from({ length: 12 }, (_, i) => changes[i] ?? still(100));
}

export function candlesOf(bars: readonly Bar[]): Candles {
  const column = (i: number) => Float64Array.from(bars, bar => bar[i] ?? 1);
  return {
    openTime: Float64Array.from(bars, (_, i) => i * BAR_MS),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(4),
  };
}

/** A market of these bars with ATR 10 and the signals `{bar: class}`; a swap by default. */
export function marketOf(
  bars: readonly Bar[],
  signals: Readonly<Record<number, number>>,
  changes: Partial<BacktestMarket> = {},
): BacktestMarket {
  const direction = new Int8Array(bars.length).fill(-1);
  for (const [bar, signal] of Object.entries(signals)) direction[Number(bar)] = signal;
  return {
    symbol: 'BTCUSDT',
    kind: 'swap',
    candles: candlesOf(bars),
    signals: { direction, volatility: new Float64Array(bars.length).fill(10) },
    labels: BARRIERS,
    rules: null,
    funding: null,
    ...changes,
  };
}

/** What a policy of this document says; trades as labelled where it says nothing. */
export function policyOf(document: object): Policy {
  return policySchema.parse({ name: 'tested', ...document });
}

/** A purse of 1,000, no costs, all bars, as labelled. */
export function setupOf(
  markets: readonly BacktestMarket[],
  changes: Partial<BacktestSetup> = {},
): BacktestSetup {
  return {
    markets,
    policy: policyOf({}),
    costs: NO_COSTS,
    initialCash: 1_000,
    fromTime: 0,
    toTime: Number.POSITIVE_INFINITY,
    ...changes,
  };
}

/** Plays one market. */
export function play(
  bars: readonly Bar[],
  signals: Readonly<Record<number, number>>,
  { market = {}, ...changes }: Partial<BacktestSetup> & { readonly market?: Partial<BacktestMarket> } = {},
  decide?: Decide,
): BacktestResult {
  return backtest(setupOf([marketOf(bars, signals, market)], changes), decide);
}

/** How trades ended: their reason, bar and price. */
export function endsOf(trades: readonly Trade[]): [string, number, number][] {
  return trades.map(({ exitReason, exitBar, exitPrice }) => [exitReason, exitBar, exitPrice]);
}
