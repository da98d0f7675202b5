import type { EnterIntent, ExitPlan } from '../contracts/intents.ts';
import type { Account } from './account.ts';
import { nearestTarget } from './exit-matching.ts';
import type { FillCosts, Sign } from './fill-costs.ts';
import type { FillLog } from './fill-log.ts';
import { floorTo, nearestTo } from './grid.ts';
import { levelPrice } from './levels.ts';
import type { PendingEntry } from './pending-entry.ts';
import { averagePrice } from './position.ts';
import { NOTHING_SHARE, type SymbolBook } from './symbol-book.ts';

/** Minimums are met from this share of them on: what a double can't tell apart. */
const MINIMUM_SHARE = 1 - 1e-9;

/** What entries are bound by, beside the account. */
export interface EntryTerms {
  readonly isSpot: boolean;
  readonly maxLeverage: number;
  readonly maxVolumeShare: number | null;
  /** Whether a buy's fee is taken from what is bought. */
  readonly feeInBase: boolean;
}

/** How positions are entered: at the open, or within the bar where a limit is reached. */
export class EntryMatching {
  readonly #account: Account;
  readonly #books: readonly SymbolBook[];
  readonly #costs: FillCosts;
  readonly #fills: FillLog;
  readonly #terms: EntryTerms;

  constructor(
    account: Account,
    books: readonly SymbolBook[],
    costs: FillCosts,
    fills: FillLog,
    terms: EntryTerms,
  ) {
    this.#account = account;
    this.#books = books;
    this.#costs = costs;
    this.#fills = fills;
    this.#terms = terms;
  }

  place(book: SymbolBook, { side, quantity, order, exits }: EnterIntent): void {
    const limit = order.kind === 'limit' ? nearestTo(book.tick, order.price) : 0;
    const wanted = floorTo(book.lot, quantity);
    book.order.place(side === 'LONG' ? 1 : -1, wanted, order, limit, exits, book);
  }

  atOpen(book: SymbolBook): void {
    const { order } = book;
    const open = book.candles.open[book.row];
    if (!canFill(book)) return;
    if (order.limit === 0) this.#fill(book, open, false);
    else if (order.side * (order.limit - open) >= 0) this.#fill(book, open, true);
  }

  limitWithin(book: SymbolBook): void {
    const { order, candles, row } = book;
    if (order.limit === 0 || !canFill(book)) return;
    const reached = order.side > 0 ? candles.low[row] : candles.high[row];
    if (order.side * (order.limit - reached) >= 0) this.#fill(book, order.limit, true);
  }

  /** After a bar's matching: an order whose last bar this was. */
  lapse({ order, bar }: SymbolBook): void {
    if (bar < order.lastBar) return;
    if (order.filled === 0) this.#account.refused.lapsed += 1;
    order.withdraw();
  }

  #fill(book: SymbolBook, shown: number, isMaker: boolean): void {
    const { order } = book;
    const { refused } = this.#account;
    if (order.filled === 0 && !hasPositiveLevels(book, shown)) {
      refused.noLevels += 1;
      order.withdraw();
      return;
    }
    const { maxVolumeShare } = this.#terms;
    const budget =
      maxVolumeShare === null ? Number.POSITIVE_INFINITY : floorTo(book.lot, maxVolumeShare * book.volume);
    const first = Math.min(order.wanted, budget);
    if (!(first > 0) && order.wanted > 0) return;
    const price = this.#price(book, shown, first, isMaker);
    const affordable = this.#affordable(price, isMaker);
    const wanted = floorTo(book.lot, Math.min(order.wanted, affordable));
    if (affordable === 0 || !this.#meetsMinimums(book, wanted, price)) {
      if (order.filled === 0) refused[affordable === 0 ? 'noFunds' : 'tooSmall'] += 1;
      order.withdraw();
      return;
    }
    order.wanted = wanted;
    const quantity = Math.min(wanted, budget);
    this.#book(book, quantity, shown, this.#price(book, shown, quantity, isMaker), isMaker);
  }

  #price(book: SymbolBook, shown: number, quantity: number, isMaker: boolean): number {
    if (isMaker) return shown;
    return this.#costs.marketPrice(shown, book.order.side as Sign, quantity, book);
  }

  /** The quantity that the account can pay at this price, in base; 0 where it has no funds. */
  #affordable(price: number, isMaker: boolean): number {
    const { isSpot, maxLeverage, feeInBase } = this.#terms;
    const { cash } = this.#account;
    let equity = cash;
    let openNotional = 0;
    for (const { position, openPrice } of this.#books) {
      if (position.side === 0) continue;
      const value = position.quantity * openPrice;
      equity += position.side * value;
      openNotional += value;
    }
    let funds = maxLeverage * equity - openNotional;
    if (isSpot) {
      const fee = isMaker ? this.#costs.makerFee : this.#costs.takerFee;
      funds = Math.min(funds, feeInBase ? cash : cash / (1 + fee));
    }
    return equity > 0 && funds >= NOTHING_SHARE * equity ? funds / price : 0;
  }

  /** An order that has begun to fill was accepted; its rest is bound by the lot alone. */
  #meetsMinimums({ order, minQuantity, minNotional }: SymbolBook, quantity: number, price: number): boolean {
    if (!(quantity > 0)) return false;
    if (order.filled > 0) return true;
    return quantity >= MINIMUM_SHARE * minQuantity && quantity * price >= MINIMUM_SHARE * minNotional;
  }

  #book(book: SymbolBook, quantity: number, shown: number, price: number, isMaker: boolean): void {
    const { order, position } = book;
    const account = this.#account;
    const opens = position.side === 0;
    if (opens) {
      position.begin(order, book);
      account.open += 1;
    }
    const notional = quantity * price;
    const feeRate = isMaker ? this.#costs.makerFee : this.#costs.takerFee;
    const fee = notional * feeRate;
    const inBase = this.#terms.feeInBase && order.side > 0;
    account.cash -= order.side * notional + (inBase ? 0 : fee);
    account.turnover += notional;
    account.fees += fee;
    position.fees += fee;
    if (!isMaker) this.#costs.chargeMarketFill(quantity, shown, price, position, account);
    const received = inBase ? quantity * (1 - feeRate) : quantity;
    if (inBase) position.booked += fee;
    position.entryPrice = averagePrice(position.entryPrice, position.entered, shown, quantity);
    position.paidPrice = averagePrice(position.paidPrice, position.entered, price, quantity);
    position.entered += quantity;
    position.received += received;
    position.quantity += received;
    position.enteredShown += quantity * shown;
    if (order.limit !== 0) position.limitBar = book.bar;
    setLevels(book, order.plan!);
    advance(order, quantity, book.bar);
    if (this.#fills.listener !== null) {
      const paid = inBase ? quantity * feeRate : fee;
      this.#fills.entry(book, { quantity, shown, price, fee: paid, inBase, isMaker, opens });
    }
  }
}

/** An entry waits until the symbol is flat, unless it is what is being filled; and fills once per bar. */
function canFill({ order, position, bar }: SymbolBook): boolean {
  if (order.side === 0 || order.fillBar === bar) return false;
  return position.side === 0 || (order.filled > 0 && position.side === order.side);
}

function advance(order: PendingEntry, quantity: number, bar: number): void {
  order.filled += quantity;
  order.wanted -= quantity;
  order.fillBar = bar;
  if (order.wanted <= NOTHING_SHARE * order.filled) order.withdraw();
}

/** Of the levels below the entry the furthest decides: the stop of a long, the last target of a short. */
function hasPositiveLevels({ order, tick }: SymbolBook, shown: number): boolean {
  const { stop, targets } = order.plan!;
  const lowest = order.side > 0 ? stop : (targets[targets.length - 1]?.distance ?? null);
  return lowest === null || levelPrice(shown, -1, lowest, tick) > 0;
}

/** Levels stand from the average entry price. Where shares add up to 1, the last target takes what rounding left. */
function setLevels({ position, tick, lot }: SymbolBook, { stop, targets }: ExitPlan): void {
  const { side, entryPrice, received } = position;
  if (stop !== null) position.stop = levelPrice(entryPrice, -side, stop, tick);
  let shares = 0;
  let left = 0;
  for (let i = 0; i < targets.length; i++) {
    const { distance, share } = targets[i];
    shares += share;
    const takesRest = i === targets.length - 1 && shares >= 1 - NOTHING_SHARE;
    position.targets[i] = levelPrice(entryPrice, side, distance, tick);
    position.targetLeft[i] = takesRest ? received - left : floorTo(lot, share * received);
    left += position.targetLeft[i];
  }
  position.target = nearestTarget(position);
}
