import { type PathStep, positionAt, stepAt, stepsAfter } from '../bars/price-path.ts';
import type { ListedMarket } from '../listed-market.ts';
import { Amount, cut, floorTo, nearestTick, smaller, written, ZERO } from './amount.ts';
import type { Book, Pair } from './book.ts';
import type { BookEvent } from './book-event.ts';
import { hasLimit, isOpen, isStop, type Order, type Side } from './order.ts';
import { mayReach, nearestReached } from './reach.ts';

/** How orders are executed. Fees are shares of what is received, decimal strings. */
export interface MatchingSettings {
  /** Ask and bid are so many ticks above and below the last price. */
  readonly spreadTicks: number;
  readonly makerFee: string;
  readonly takerFee: string;
  /** Share of a step's volume that resting orders get (a step is a quarter of a bar); null: as much as they want. */
  readonly makerShare: number | null;
  /** The same for orders that take. What market, IOC and FOK orders don't get expires. */
  readonly takerShare: number | null;
}

/** What an order meets: the last price, and the step of the path whose volume it takes. */
interface Moment {
  readonly last: Amount;
  readonly step: PathStep;
  readonly time: number;
}

/** A market on its way along its path. */
interface Walk {
  readonly market: ListedMarket;
  readonly rest: Iterator<PathStep, undefined>;
  /** The price so far. */
  last: number | null;
  step: PathStep | undefined;
}

/**
 * Executes orders along the last price's path: a resting order at its own price once the path reaches it, a stop when the path
 * reaches its stop price, what takes at the ask or the bid. It decides; what it decides is recorded as events.
 */
export class Matching {
  readonly #book: Book;
  readonly #settings: MatchingSettings;
  readonly #record: (event: BookEvent) => void;

  constructor(book: Book, settings: MatchingSettings, record: (event: BookEvent) => void) {
    this.#book = book;
    this.#settings = settings;
    this.#record = record;
  }

  /** Follows the markets' paths up to `now`, all together in the order of time. */
  advance(markets: readonly ListedMarket[], now: number): void {
    const walks = markets.flatMap(market => this.#walk(market, now));
    for (;;) {
      let next: Walk | undefined;
      for (const walk of walks)
        if (walk.step && !(next?.step && next.step.time <= walk.step.time)) next = walk;
      if (!next?.step) return;
      const { market, step, last } = next;
      this.#book.positions.set(market.symbol, step.position);
      this.#move(market, last ?? step.price, step);
      next.last = step.price;
      next.step = this.#book.hasOpenOrders(market.symbol) ? next.rest.next().value : this.#skip(market, now);
    }
  }

  /** The last price and the step that a new order meets; null before a market's first bar. */
  moment(market: ListedMarket, now: number): Moment | null {
    const position = this.#book.positions.get(market.symbol);
    if (position === undefined) return null;
    const step = stepAt(market.bars.candles, market.bars.durationMs, position);
    return { last: nearestTick(step.price, market.rules.tick), step, time: now };
  }

  /** What an order that takes pays or gets for a unit. */
  takerPrice(market: ListedMarket, side: Side, last: Amount): Amount {
    const { tick } = market.rules;
    const distance = tick.times(this.#settings.spreadTicks);
    if (side === 'BUY') return last.plus(distance);
    return last.gt(distance) ? last.minus(distance) : tick;
  }

  /** Executes a new or just triggered order as far as it takes at once; what may not rest expires. */
  take(market: ListedMarket, order: Order, moment: Moment): void {
    const price = this.takerPrice(market, order.side, moment.last);
    const quantity = this.#takerQuantity(market, order, price, moment);
    const rest = restOf(order);
    if (quantity.gt(0) && !(order.timeInForce === 'FOK' && quantity.lt(rest)))
      this.#fill(market, order, price, quantity, moment, false);
    const mayRest = hasLimit(order.type) && order.timeInForce === 'GTC';
    if (isOpen(order) && !mayRest)
      this.#record({ kind: 'expired', time: moment.time, orderId: order.orderId });
  }

  /** A market's steps up to `now`; none where nothing can happen on the way. */
  #walk(market: ListedMarket, now: number): Walk[] {
    if (!this.#book.hasOpenOrders(market.symbol) || market.status !== 'TRADING') {
      this.#skip(market, now);
      return [];
    }
    const { candles, durationMs } = market.bars;
    const position = this.#book.positions.get(market.symbol) ?? null;
    const rest = stepsAfter(candles, durationMs, position, now);
    const last = position === null ? null : stepAt(candles, durationMs, position).price;
    return [{ market, rest, last, step: rest.next().value }];
  }

  /** To where the price stands at `now`. */
  #skip({ symbol, bars }: ListedMarket, now: number): undefined {
    const end = positionAt(bars.candles, bars.durationMs, now);
    if (end !== null && isLater(end, this.#book.positions.get(symbol) ?? null))
      this.#book.positions.set(symbol, end);
  }

  /** The price goes from `from` to a step's: orders are reached in the order of their prices. */
  #move(market: ListedMarket, from: number, step: PathStep): void {
    const { tick } = market.rules;
    if (!mayReach(this.#book.openOrders(market.symbol), step.price, tick.toNumber())) return;
    const to = nearestTick(step.price, tick);
    // Times never run back, even where bars were known late.
    const time = Math.max(step.time, this.#book.lastTime);
    let at = step.isJump ? to : nearestTick(from, tick);
    const served = new Set<Order>();
    for (;;) {
      const next = nearestReached(this.#book.openOrders(market.symbol), at, to, served);
      if (!next) return;
      const { order, level } = next;
      at = level;
      if (isStop(order.type) && !order.isTriggered) {
        this.#record({ kind: 'triggered', time, orderId: order.orderId });
        this.take(market, order, { last: at, step, time });
      } else {
        served.add(order);
        this.#fillResting(market, order, { last: at, step, time });
      }
    }
  }

  #fillResting(market: ListedMarket, order: Order, moment: Moment): void {
    const quantity = this.#available(market, restOf(order), this.#settings.makerShare, moment.step);
    if (quantity.gt(0)) this.#fill(market, order, new Amount(order.price), quantity, moment, true);
  }

  #takerQuantity(market: ListedMarket, order: Order, price: Amount, { step }: Moment): Amount {
    if (hasLimit(order.type)) {
      const isWithin = order.side === 'BUY' ? price.lte(order.price) : price.gte(order.price);
      if (!isWithin) return ZERO;
    }
    const wanted = this.#available(market, restOf(order), this.#settings.takerShare, step);
    // A triggered buy may meet a price that is beyond what it held.
    if (order.side === 'SELL' || hasLimit(order.type)) return wanted;
    const { free } = this.#book.balances.of(market.pair.quote);
    return smaller(wanted, floorTo(free.plus(order.locked).div(price), market.rules.lot));
  }

  #available({ symbol, rules }: ListedMarket, rest: Amount, share: number | null, step: PathStep): Amount {
    if (share === null) return rest;
    const volume = new Amount(step.volume).times(share).minus(this.#book.taken(symbol, step.position));
    return volume.lte(0) ? ZERO : smaller(rest, floorTo(volume, rules.lot));
  }

  #fill(
    { symbol, pair }: ListedMarket,
    order: Order,
    price: Amount,
    quantity: Amount,
    { step, time }: Moment,
    isMaker: boolean,
  ): void {
    const quote = cut(price.times(quantity));
    const received = order.side === 'BUY' ? quantity : quote;
    const fee = isMaker ? this.#settings.makerFee : this.#settings.takerFee;
    this.#record({
      kind: 'filled',
      time,
      trade: {
        id: this.#book.trades.length + 1,
        orderId: order.orderId,
        symbol,
        time,
        visibleTime: Math.max(time, order.visibleTime),
        side: order.side,
        price: written(price),
        quantity: written(quantity),
        quote: written(quote),
        commission: written(cut(received.times(fee))),
        commissionAsset: feeAsset(order.side, pair),
        isMaker,
      },
      step: step.position,
    });
  }
}

/** Commissions are taken from what is received. */
function feeAsset(side: Side, { base, quote }: Pair): string {
  return side === 'BUY' ? base : quote;
}

function restOf(order: Order): Amount {
  return new Amount(order.quantity).minus(order.executed);
}

function isLater(
  a: { readonly openTime: number; readonly step: number },
  b: { readonly openTime: number; readonly step: number } | null,
): boolean {
  return b === null || a.openTime > b.openTime || (a.openTime === b.openTime && a.step > b.step);
}
