import type { Candles } from '../contracts/candles.ts';
import type { BacktestSummary, TradeRecord } from '../contracts/evidence.ts';
import type { CostSpec, LabelSpec } from '../contracts/recipe.ts';
import type { MarketKind } from '../contracts/series.ts';
import { costsPerSideBps, grossReturn, netReturn } from './costs.ts';
import { type Action, decide, type Holding } from './decide.ts';
import { EquityPath } from './equity.ts';
import { type Exit, exitLevels, hasLevels, matchLevels, type Position } from './matching.ts';

export interface BacktestInput {
  readonly candles: Candles;
  /** Volatility per bar that barriers are counted in (ATR14 by default), NaN in its warm-up; read for barriers only. */
  readonly atr: Float64Array;
  /** Class of `direction3` per bar, −1 where there is no prediction. */
  readonly direction: Int8Array;
  /** Bars [fromBar, toBar) are played; no trade reaches beyond them. */
  readonly fromBar: number;
  readonly toBar: number;
  readonly labels: LabelSpec;
  readonly costs: CostSpec;
  readonly market: MarketKind;
}

export interface Backtest {
  readonly summary: BacktestSummary;
  readonly trades: readonly TradeRecord[];
  /** What the account gained in each played bar, after costs, marked at the closes: simple returns. */
  readonly netReturns: Float64Array;
}

/**
 * Trades a direction per bar: a signal at the close of bar t enters at the open of t + 1, and leaves by its levels, by a
 * SHORT on spot (at the next open), at the close of t + H, or at the last bar's close. A bar that ended a position may
 * signal the next. One pass, O(bars).
 */
export function backtest(input: BacktestInput): Backtest {
  const { candles, atr, direction, fromBar, toBar, labels, market } = input;
  const { open, high, low, close } = candles;
  const perSideBps = costsPerSideBps(input.costs);
  const trades: TradeRecord[] = [];
  const equity = new EquityPath();
  const netReturns = new Float64Array(toBar - fromBar);
  let position: Position | null = null;
  let action: Action = 'nothing';

  for (let bar = fromBar; bar < toBar; bar++) {
    let exit: Exit | null = null;
    if (position === null) position = enter(action, bar, open[bar]!, atr[bar - 1]!, labels);
    else if (action === 'close') exit = { price: open[bar]!, reason: 'signal' };

    if (position !== null) {
      exit ??= matchLevels(position, open[bar]!, high[bar]!, low[bar]!);
      if (exit === null && bar === position.lastBar) exit = { price: close[bar]!, reason: 'time' };
      if (exit === null && bar === toBar - 1) exit = { price: close[bar]!, reason: 'end' };
      if (exit !== null) {
        const trade = tradeOf(position, exit, bar, perSideBps);
        trades.push(trade);
        equity.realize(trade.netReturn);
        position = null;
      }
    }
    netReturns[bar - fromBar] = equity.mark(
      position === null ? 0 : netReturn(position.side, position.entryPrice, close[bar]!, perSideBps),
    );

    action = decide(direction[bar]!, holdingOf(position), market);
    if (position === null && !hasLevels(labels, atr[bar]!)) action = 'nothing';
  }
  return { trades, netReturns, summary: summarize(trades, equity, toBar - fromBar, perSideBps, market) };
}

function enter(
  action: Action,
  bar: number,
  price: number,
  signalAtr: number,
  labels: LabelSpec,
): Position | null {
  if (action !== 'enter-long' && action !== 'enter-short') return null;
  const side = action === 'enter-long' ? 'LONG' : 'SHORT';
  const { stop, target } = exitLevels(side, price, signalAtr, labels);
  return { side, entryBar: bar, entryPrice: price, stop, target, lastBar: bar - 1 + labels.horizonBars };
}

function holdingOf(position: Position | null): Holding {
  if (position === null) return 'flat';
  return position.side === 'LONG' ? 'long' : 'short';
}

function tradeOf(position: Position, exit: Exit, exitBar: number, perSideBps: number): TradeRecord {
  const { side, entryBar, entryPrice } = position;
  return {
    direction: side,
    entryBar,
    exitBar,
    entryPrice,
    exitPrice: exit.price,
    exitReason: exit.reason,
    grossReturn: grossReturn(side, entryPrice, exit.price),
    netReturn: netReturn(side, entryPrice, exit.price, perSideBps),
  };
}

function summarize(
  trades: readonly TradeRecord[],
  equity: EquityPath,
  bars: number,
  perSideBps: number,
  market: MarketKind,
): BacktestSummary {
  const longTrades = trades.filter(trade => trade.direction === 'LONG').length;
  const held = trades.map(barsHeld);
  return {
    bars,
    trades: trades.length,
    longTrades,
    shortTrades: trades.length - longTrades,
    hitRate: mean(trades.map(trade => (trade.netReturn > 0 ? 1 : 0))),
    meanGrossReturn: mean(trades.map(trade => trade.grossReturn)),
    meanNetReturn: mean(trades.map(trade => trade.netReturn)),
    totalNetReturn: equity.totalReturn,
    maxDrawdown: equity.maxDrawdown,
    meanHoldingBars: mean(held),
    exposure: held.reduce((sum, bars) => sum + bars, 0) / bars,
    costsPerSideBps: perSideBps,
    exits: countExits(trades),
    marketKind: market,
  };
}

function countExits(trades: readonly TradeRecord[]): BacktestSummary['exits'] {
  const exits = { target: 0, stop: 0, time: 0, signal: 0, end: 0 };
  for (const { exitReason } of trades) exits[exitReason]++;
  return exits;
}

/** Bars in which the position was open; one that is closed by a signal leaves at the open of its last bar. */
function barsHeld(trade: TradeRecord): number {
  return trade.exitBar - trade.entryBar + (trade.exitReason === 'signal' ? 0 : 1);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
