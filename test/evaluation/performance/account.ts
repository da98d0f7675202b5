import type {
  BacktestMarket,
  BacktestResult,
  BacktestSetup,
  ExitReason,
  Trade,
  TradeSide,
} from '../../../contracts/backtest.ts';
import type { Candles } from '../../../contracts/candles.ts';
import { type CostSpec, costsSchema } from '../../../contracts/costs.ts';
import { AS_LABELLED } from '../../../contracts/policy.ts';

export const HOUR = 3_600_000;
export const FREE: CostSpec = costsSchema.parse({ feeBps: 0, halfSpreadBps: 0, slippageBps: 0 });

/** A position that is entered at the open of its first bar and left at the close of its last. */
export interface Held {
  readonly from: number;
  readonly to: number;
  readonly side?: TradeSide;
  readonly exitReason?: ExitReason;
}

/** Hourly bars from the start of a year with these closes; each opens at the close before. */
export function barsOf(closes: readonly number[], start = Date.UTC(2019, 0, 1)): Candles {
  const close = Float64Array.from(closes);
  const open = close.map((value, bar) => (bar === 0 ? value : close[bar - 1]));
  return {
    openTime: close.map((_, bar) => start + bar * HOUR),
    open,
    high: close.map((value, bar) => Math.max(value, open[bar])),
    low: close.map((value, bar) => Math.min(value, open[bar])),
    close,
    volume: new Float64Array(close.length).fill(1),
  };
}

export function marketOf(candles: Candles, change: Partial<BacktestMarket> = {}): BacktestMarket {
  return {
    symbol: 'BTCUSD',
    kind: 'spot',
    candles,
    signals: {
      direction: new Int8Array(candles.openTime.length).fill(-1),
      volatility: new Float64Array(candles.openTime.length).fill(1),
    },
    labels: { kind: 'fixed-horizon', horizonBars: 6, thresholdLogReturn: 0.01 },
    rules: null,
    funding: null,
    ...change,
  };
}

export function setupOf(
  markets: readonly BacktestMarket[],
  change: Partial<BacktestSetup> = {},
): BacktestSetup {
  const times = markets.flatMap(({ candles }) => [...candles.openTime]);
  return {
    markets,
    policy: AS_LABELLED,
    costs: FREE,
    initialCash: 10_000,
    fromTime: Math.min(...times),
    toTime: Math.max(...times) + 1,
    ...change,
  };
}

/** An account that puts its whole equity into each position in turn and pays a fee on both sides; one market. */
export function accountOf(setup: BacktestSetup, positions: readonly Held[], feeShare = 0): BacktestResult {
  const [{ symbol, candles }] = setup.markets;
  const { openTime, open, close } = candles;
  const equity = new Float64Array(openTime.length);
  const grossExposure = new Float64Array(openTime.length);
  const trades: Trade[] = [];
  let money = setup.initialCash;
  let turnover = 0;
  let bar = 0;
  for (const { from, to, side = 'LONG', exitReason = 'time' } of positions) {
    for (; bar < from; bar++) equity[bar] = money;
    const sign = side === 'LONG' ? 1 : -1;
    const quantity = money / open[from];
    for (; bar < to; bar++) {
      equity[bar] = Math.max(0, money * (1 - feeShare) + sign * quantity * (close[bar] - open[from]));
      grossExposure[bar] = quantity * close[bar];
    }
    const fees = feeShare * quantity * (open[from] + close[to]);
    const grossPnl = sign * quantity * (close[to] - open[from]);
    trades.push({
      symbol,
      side,
      signalBar: from - 1,
      entryBar: from,
      exitBar: to,
      entryTime: openTime[from],
      exitTime: openTime[to],
      quantity,
      entryPrice: open[from],
      exitPrice: close[to],
      exits: 1,
      exitReason,
      barsHeld: to - from + 1,
      grossPnl,
      costs: { fees, spread: 0, slippage: 0, funding: 0 },
      netPnl: grossPnl - fees,
      grossReturn: grossPnl / money,
      netReturn: (grossPnl - fees) / money,
    });
    turnover += quantity * (open[from] + close[to]);
    money = Math.max(0, money + grossPnl - fees);
    equity[bar++] = money;
  }
  for (; bar < equity.length; bar++) equity[bar] = money;
  return {
    trades,
    time: openTime,
    equity,
    cash: equity.map((value, at) => value - grossExposure[at]),
    grossExposure,
    turnover,
    costs: {
      fees: trades.reduce((sum, { costs }) => sum + costs.fees, 0),
      spread: 0,
      slippage: 0,
      funding: 0,
    },
    refused: { tooSmall: 0, noFunds: 0, lapsed: 0, noLevels: 0 },
    initialCash: setup.initialCash,
  };
}
