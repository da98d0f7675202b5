import type { ConfirmingSignals, FundingRates, Signals } from '../contracts/backtest.ts';
import type { Candles } from '../contracts/candles.ts';
import type { MarketFacts } from '../contracts/intents.ts';
import type { Funding } from './funding.ts';
import { type Grid, gridOf } from './grid.ts';
import { PendingEntry } from './pending-entry.ts';
import { Position } from './position.ts';

/** What a position's or an order's rest may be short of nothing by, as a share of the whole. */
export const NOTHING_SHARE = 1e-9;

/** Bars of a symbol to be played, with what came before them. */
export interface MarketFeed {
  readonly candles: Candles;
  readonly signals: Signals;
  readonly funding: FundingRates | null;
  /** What another timeframe said; absent: nothing. */
  readonly confirmation?: ConfirmingSignals;
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
  readonly order = new PendingEntry();
  candles: Candles = NO_FEED.candles;
  signals: Signals = NO_FEED.signals;
  funding: Funding | null = null;
  confirmation: ConfirmingSignals | null = null;
  firstBar = 0;
  /** Row of `candles` that is being matched; −1 where the symbol has no bar at this time. */
  row = -1;
  /** Row of the last bar that was matched; −1 where that was before these candles: then it is `carried`. */
  #lastRow = -1;
  #carried: LastBar = { close: 0, time: 0, bar: -1, volume: 0 };
  /** Whether the symbol had a bar at the last time that was matched. */
  #hadBar = false;
  /** First row of `candles` that is played. */
  #from = 0;

  constructor(index: number, market: MarketFacts) {
    const { symbol, kind, labels, rules, barMs } = market;
    this.index = index;
    this.market = { symbol, kind, labels, rules, ...(barMs !== undefined && { barMs }) };
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

  /** Rows of `candles` that have closed by now: those before the ones to be played, and those that were. */
  get closedRows(): number {
    return Math.max(this.row, this.#lastRow, this.#from - 1) + 1;
  }

  /** Takes the bars that follow those played before. */
  begin({ candles, signals, confirmation, from, firstBar }: MarketFeed, funding: Funding | null): void {
    this.#carried = this.last();
    this.#lastRow = -1;
    this.candles = candles;
    this.signals = signals;
    this.funding = funding;
    this.confirmation = confirmation ?? null;
    this.firstBar = firstBar;
    this.#from = from;
    this.row = -1;
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
    this.#from = 0;
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

const NONE = new Float64Array(0);
const NO_FEED = {
  candles: { openTime: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE },
  signals: { direction: new Int8Array(0), volatility: NONE },
};
