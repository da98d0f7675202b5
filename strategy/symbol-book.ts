import type { FundingRates, Signals } from '../contracts/backtest.ts';
import type { Candles } from '../contracts/candles.ts';
import type { EntryOrder, ExitPlan, MarketFacts } from '../contracts/intents.ts';
import { REASON } from './exit-reasons.ts';
import type { Funding } from './funding.ts';
import { type Grid, gridOf } from './grid.ts';
import { NEVER_ABOVE, NEVER_BELOW } from './levels.ts';

/** What a position's or an order's rest may be short of nothing by, as a share of the whole. */
export const NOTHING_SHARE = 1e-9;

/** A position as numbers, filled anew for each one; everything is finite, so that it can be written down. */
export class Position {
  /** 1 long, −1 short, 0 none: then the rest is of no meaning. */
  side = 0;
  /** What is held, in base, ≥ 0. */
  quantity = 0;
  plan: ExitPlan | null = null;
  signalBar = 0;
  entryBar = 0;
  entryTime = 0;
  /** Entry fills: base before fees in base, base that arrived, quote at shown prices; averages as shown and as paid. */
  entered = 0;
  received = 0;
  enteredShown = 0;
  entryPrice = 0;
  paidPrice = 0;
  /** Exit fills: base, quote at shown prices, average as paid. */
  left = 0;
  leftShown = 0;
  exitPrice = 0;
  /** Quote value, at its fill's price, of base that went as fee or dust. */
  booked = 0;
  exits = 0;
  exitBar = 0;
  exitTime = 0;
  /** Of the last exit, a number of REASON. */
  reason = 0;
  /** Why the whole rest is on its way out at market; 0: it is not. */
  leaving = 0;
  fees = 0;
  spread = 0;
  slippage = 0;
  funding = 0;
  /** What a venue bore because the account could not. */
  forgiven = 0;
  /** Levels; NEVER_BELOW or NEVER_ABOVE where there is none. */
  stop = 0;
  trail = 0;
  /** Furthest price in favour of the bars that count for a trailing stop; 0 before any. */
  best = 0;
  /** The nearest target that is not filled, of `targets`. */
  target = 0;
  readonly targets = [0, 0, 0];
  readonly targetLeft = [0, 0, 0];
  readonly targetBar = [-1, -1, -1];
  /** Bar at whose close it leaves. */
  lastBar = 0;
  /** Last bar in which a limit entry filled: what it reached may have come before. */
  limitBar = -1;

  begin(side: number, plan: ExitPlan, signalBar: number, bar: number, time: number): void {
    this.side = side;
    this.plan = plan;
    this.signalBar = signalBar;
    this.entryBar = bar;
    this.entryTime = time;
    this.quantity = this.entered = this.received = this.enteredShown = 0;
    this.entryPrice = this.paidPrice = this.exitPrice = 0;
    this.left = this.leftShown = this.booked = this.exits = this.forgiven = 0;
    this.fees = this.spread = this.slippage = this.funding = 0;
    this.reason = this.leaving = REASON.none;
    this.stop = this.trail = side > 0 ? NEVER_BELOW : NEVER_ABOVE;
    this.best = 0;
    this.target = side > 0 ? NEVER_ABOVE : NEVER_BELOW;
    for (let i = 0; i < 3; i++) {
      this.targetLeft[i] = 0;
      this.targetBar[i] = -1;
    }
    this.lastBar = plan.maxBars === null ? Number.MAX_SAFE_INTEGER : signalBar + plan.maxBars;
    this.limitBar = -1;
  }
}

/** At the prices that the market showed, in quote; base that went as fee or dust counts at what it was booked at. */
export function grossPnl({ side, leftShown, booked, enteredShown, forgiven }: Position): number {
  return side * (leftShown + booked - enteredShown) + forgiven;
}

/** An entry that is decided and not filled yet. */
export class EntryState {
  /** 1 buys, −1 sells, 0: there is none. */
  side = 0;
  /** In base. */
  wanted = 0;
  filled = 0;
  /** In quote; 0: at market. */
  limit = 0;
  signalBar = 0;
  /** Last bar in which it may fill. */
  lastBar = 0;
  /** Bar of its last fill: an order fills once per bar. */
  fillBar = -1;
  plan: ExitPlan | null = null;

  place(side: number, quantity: number, order: EntryOrder, limit: number, plan: ExitPlan, bar: number): void {
    this.side = side;
    this.wanted = quantity;
    this.filled = 0;
    this.limit = limit;
    this.signalBar = bar;
    const valid = order.kind === 'limit' ? order.validBars : Number.MAX_SAFE_INTEGER;
    this.lastBar = Math.min(
      Number.MAX_SAFE_INTEGER,
      bar + Math.min(valid, plan.maxBars ?? Number.MAX_SAFE_INTEGER),
    );
    this.fillBar = -1;
    this.plan = plan;
  }

  withdraw(): void {
    this.side = 0;
  }
}

/** Bars of a symbol to be played, with what came before them. */
export interface MarketFeed {
  readonly candles: Candles;
  readonly signals: Signals;
  readonly funding: FundingRates | null;
  /** Rows [from, to) are played. */
  readonly from: number;
  readonly to: number;
  /** Count, in the whole series, of the bar in row 0. */
  readonly firstBar: number;
}

/** One symbol of an account: its market, what is held and ordered, and the bars that are being played. */
export class SymbolBook {
  readonly index: number;
  readonly market: MarketFacts;
  readonly tick: Grid | null;
  readonly lot: Grid | null;
  readonly minQuantity: number;
  readonly minNotional: number;
  readonly position = new Position();
  readonly order = new EntryState();
  candles: Candles = NO_FEED.candles;
  signals: Signals = NO_FEED.signals;
  funding: Funding | null = null;
  firstBar = 0;
  /** Row of `candles` that is being matched; −1 where the symbol has no bar at this time. */
  row = -1;
  /** Row of the last bar that was matched; −1 where that was before these candles: then it is `carried`. */
  #lastRow = -1;
  #carried: LastBar = { close: 0, time: 0, bar: -1, volume: 0 };
  /** Whether the symbol had a bar at the last time that was matched. */
  #hadBar = false;

  constructor(index: number, market: MarketFacts) {
    const { rules } = market;
    this.index = index;
    this.market = market;
    this.tick = gridOf(rules?.tick ?? null);
    this.lot = gridOf(rules?.lot ?? null);
    this.minQuantity = rules?.minQuantity ?? 0;
    this.minNotional = rules?.minNotional ?? 0;
  }

  get isIdle(): boolean {
    return this.position.side === 0 && this.order.side === 0;
  }

  /** Price at the open of the time that is matched; the last close where the symbol has no bar. */
  get openPrice(): number {
    return this.row < 0 ? this.lastClose : this.candles.open[this.row];
  }

  /** Of the bar that is matched or, after it, of the last time: 0 where the symbol has no bar then. */
  get volume(): number {
    if (this.row >= 0) return this.candles.volume[this.row];
    return this.#hadBar ? this.last().volume : 0;
  }

  get time(): number {
    return this.row < 0 ? this.lastTime : this.candles.openTime[this.row];
  }

  /** Count in the series of the bar that is matched, else of the last one. */
  get bar(): number {
    if (this.row >= 0) return this.firstBar + this.row;
    return this.#lastRow < 0 ? this.#carried.bar : this.firstBar + this.#lastRow;
  }

  /** Of the last bar that was matched; 0 before the first. */
  get lastClose(): number {
    return this.#lastRow < 0 ? this.#carried.close : this.candles.close[this.#lastRow];
  }

  get lastTime(): number {
    return this.#lastRow < 0 ? this.#carried.time : this.candles.openTime[this.#lastRow];
  }

  /** Takes the bars that follow those played before. */
  begin({ candles, signals, firstBar }: MarketFeed, funding: Funding | null): void {
    this.#carried = this.last();
    this.#lastRow = -1;
    this.candles = candles;
    this.signals = signals;
    this.funding = funding;
    this.firstBar = firstBar;
  }

  /** Goes on to a time. @param row of the bar that opens then; −1: there is none, and nothing is traded */
  openBar(row: number): void {
    this.row = row;
    this.#hadBar = row >= 0;
  }

  /** The bar has been matched. */
  closeBar(): void {
    if (this.row >= 0) this.#lastRow = this.row;
  }

  /** The last bar that was matched. */
  last(): LastBar {
    const row = this.#lastRow;
    if (row < 0) return { ...this.#carried, volume: this.#hadBar ? this.#carried.volume : 0 };
    const { close, openTime, volume } = this.candles;
    return {
      close: close[row],
      time: openTime[row],
      bar: this.firstBar + row,
      volume: this.#hadBar ? volume[row] : 0,
    };
  }

  /** Goes on after a bar that was matched elsewhere. */
  restore(last: LastBar): void {
    this.#carried = last;
    this.#lastRow = -1;
    this.#hadBar = true;
  }
}

/** A bar as the next ones remember it; its volume is 0 where a later time had no bar of the symbol. */
export interface LastBar {
  readonly close: number;
  readonly time: number;
  readonly bar: number;
  readonly volume: number;
}

/** Average price of fills after one more; of one fill alone its price, to the last bit. */
export function averagePrice(average: number, quantity: number, price: number, added: number): number {
  return quantity === 0 ? price : (average * quantity + price * added) / (quantity + added);
}

const NONE = new Float64Array(0);
const NO_FEED = {
  candles: { openTime: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE },
  signals: { direction: new Int8Array(0), volatility: NONE },
};
