import type { Account } from './account.ts';
import { REASON } from './exit-reasons.ts';
import type { FillCosts, Sign } from './fill-costs.ts';
import type { FillLog } from './fill-log.ts';
import { floorTo } from './grid.ts';
import { NEVER_ABOVE, NEVER_BELOW, reachesStop, reachesTarget } from './levels.ts';
import { averagePrice, type Position } from './position.ts';
import { NOTHING_SHARE, type SymbolBook } from './symbol-book.ts';
import type { TradeColumns } from './trade-columns.ts';

/** Of a fill that is no target's. */
const NO_TARGET = -1;

/** How positions are left: at the open, within the bar, at its close. Amounts in quote, quantities in base. */
export class ExitMatching {
  readonly #account: Account;
  readonly #costs: FillCosts;
  readonly #trades: TradeColumns;
  readonly #fills: FillLog;
  readonly #maxVolumeShare: number | null;

  constructor(
    account: Account,
    costs: FillCosts,
    trades: TradeColumns,
    fills: FillLog,
    maxVolumeShare: number | null,
  ) {
    this.#account = account;
    this.#costs = costs;
    this.#trades = trades;
    this.#fills = fills;
    this.#maxVolumeShare = maxVolumeShare;
  }

  /** What is on its way out goes on at the open. */
  continueAtOpen(book: SymbolBook): void {
    const { leaving } = book.position;
    if (leaving !== REASON.none) this.#leave(book, book.openPrice, leaving);
  }

  /** Levels that the open has jumped over fill at the open: the stop first, then the targets. */
  jumpedAtOpen(book: SymbolBook): void {
    const { position } = book;
    if (position.leaving !== REASON.none) return;
    const open = book.candles.open[book.row];
    if (reachesStop(position.side, nearerStop(position), open))
      this.leaveAt(book, open, stopReason(position));
    else if (reachesTarget(position.side, position.target, open)) this.#fillTargets(book, open);
  }

  /** Within the bar: the stop, else the targets, which a limit entry of this bar leaves alone. */
  levelsWithin(book: SymbolBook): void {
    const { position, candles, row } = book;
    if (position.leaving !== REASON.none) return;
    const { high, low } = candles;
    const worst = position.side > 0 ? low[row] : high[row];
    const best = position.side > 0 ? high[row] : low[row];
    if (reachesStop(position.side, nearerStop(position), worst))
      this.leaveAt(book, stopPrice(book), stopReason(position));
    else if (position.limitBar !== book.bar && reachesTarget(position.side, position.target, best))
      this.#fillTargets(book, best);
  }

  /** At the close: a position whose time is up. */
  timeAtClose(book: SymbolBook): void {
    const { position } = book;
    if (position.leaving === REASON.none && book.bar >= position.lastBar)
      this.leaveAt(book, book.candles.close[book.row], REASON.time);
  }

  /** The whole rest goes at market, from this price on. */
  leaveAt(book: SymbolBook, shown: number, reason: number): void {
    book.position.leaving = reason;
    this.#leave(book, shown, reason);
  }

  #leave(book: SymbolBook, shown: number, reason: number): void {
    const { position } = book;
    const takesAll = reason === REASON.liquidation || reason === REASON.end;
    const budget = takesAll ? Number.POSITIVE_INFINITY : this.#budget(book);
    if (!(budget > 0)) return;
    const quantity = Math.min(budget, floorTo(book.lot, position.quantity));
    const sign: Sign = position.side > 0 ? -1 : 1;
    const price = this.#costs.marketPrice(shown, sign, quantity, book);
    this.#fill(book, quantity, shown, price, reason, NO_TARGET);
  }

  /** Each target up to a price: at its level, or at the open where that is better. */
  #fillTargets(book: SymbolBook, reached: number): void {
    const { position } = book;
    const { side, targets, targetLeft, targetBar } = position;
    const open = book.candles.open[book.row];
    const budget = this.#budget(book);
    for (let i = 0; i < 3 && position.side !== 0; i++) {
      if (targetLeft[i] <= 0 || side * (reached - targets[i]) < 0 || targetBar[i] === book.bar) continue;
      const quantity = Math.min(budget, targetLeft[i]);
      if (!(quantity > 0)) continue;
      targetLeft[i] -= quantity;
      if (targetLeft[i] <= NOTHING_SHARE * position.received) targetLeft[i] = 0;
      targetBar[i] = book.bar;
      const price = side > 0 ? Math.max(targets[i], open) : Math.min(targets[i], open);
      this.#fill(
        book,
        floorTo(book.lot, Math.min(quantity, position.quantity)),
        price,
        price,
        REASON.target,
        i,
      );
    }
    if (position.side !== 0) position.target = nearestTarget(position);
  }

  #budget(book: SymbolBook): number {
    if (this.#maxVolumeShare === null) return Number.POSITIVE_INFINITY;
    return floorTo(book.lot, this.#maxVolumeShare * book.volume);
  }

  #fill(
    book: SymbolBook,
    quantity: number,
    shown: number,
    price: number,
    reason: number,
    target: number,
  ): void {
    const { position, order } = book;
    const account = this.#account;
    const notional = quantity * price;
    const isMaker = reason === REASON.target;
    const fee = notional * (isMaker ? this.#costs.makerFee : this.#costs.takerFee);
    account.cash += position.side * notional - fee;
    account.turnover += notional;
    this.#payFee(position, fee);
    if (!isMaker) this.#costs.chargeMarketFill(quantity, shown, price, position, account);
    // Nothing but dust leaves at the price that books it out.
    position.exitPrice =
      quantity > 0 || position.left === 0
        ? averagePrice(position.exitPrice, position.left, price, quantity)
        : position.exitPrice;
    position.left += quantity;
    position.leftShown += quantity * shown;
    position.exits += 1;
    position.exitBar = book.bar;
    position.exitTime = book.time;
    position.reason = reason;
    // A later entry that waits behind the position is not its own.
    if (order.signalBar === position.signalBar) order.withdraw();
    const dust = this.#reduce(book, quantity, price);
    if (this.#fills.listener !== null)
      this.#fills.exit(book, { quantity, shown, price, fee, isMaker, reason, target, dust });
    if (position.quantity === 0) this.#close(book);
  }

  /** What is left under the lot is booked out as a fee. @returns how much that was, in base */
  #reduce(book: SymbolBook, quantity: number, price: number): number {
    const { position, lot } = book;
    let rest = position.quantity - quantity;
    let dust = 0;
    if (rest <= NOTHING_SHARE * position.received) rest = 0;
    if (lot !== null && rest > 0 && floorTo(lot, rest) === 0) {
      position.booked += rest * price;
      this.#payFee(position, rest * price);
      dust = rest;
      rest = 0;
    }
    position.quantity = rest;
    return dust;
  }

  #payFee(position: Position, fee: number): void {
    position.fees += fee;
    this.#account.fees += fee;
  }

  #close(book: SymbolBook): void {
    const { position } = book;
    const account = this.#account;
    account.open -= 1;
    if (account.open === 0 && account.cash < 0) {
      position.forgiven = -account.cash;
      account.cash = 0;
    }
    this.#trades.add(book.index, position);
    position.side = 0;
    position.leaving = REASON.none;
  }
}

/** The stop that counts: the plan's or the trailing one, whichever the price meets first. */
export function nearerStop({ side, stop, trail }: Position): number {
  return side > 0 ? Math.max(stop, trail) : Math.min(stop, trail);
}

/** The nearest target that is not filled; a price that is never reached where there is none. */
export function nearestTarget({ side, targets, targetLeft }: Position): number {
  let nearest: number = side > 0 ? NEVER_ABOVE : NEVER_BELOW;
  for (let i = 0; i < 3; i++) {
    if (targetLeft[i] > 0) nearest = side > 0 ? Math.min(nearest, targets[i]) : Math.max(nearest, targets[i]);
  }
  return nearest;
}

/** The level, or the open where that is worse: an entry that filled on at the open may have moved the level beyond it. */
function stopPrice({ position, candles, row }: SymbolBook): number {
  const open = candles.open[row];
  const stop = nearerStop(position);
  return position.side > 0 ? Math.min(stop, open) : Math.max(stop, open);
}

function stopReason({ side, stop, trail }: Position): number {
  return side * (trail - stop) > 0 ? REASON.trailing : REASON.stop;
}
