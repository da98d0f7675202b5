import type { ListedMarket } from '../listed-market.ts';
import { VenueRefusal } from '../refusal.ts';
import { type Amount, floorTo, written } from './amount.ts';
import { type Book, lockOf } from './book.ts';
import type { BookEvent } from './book-event.ts';
import { requireFilters } from './market-filters.ts';
import type { Matching } from './matching.ts';
import { isOpen, isStop, type Order, waitsForFall } from './order.ts';
import type { OrderRequest } from './order-request.ts';

/** How an order is named: by the exchange's id, the client's, or both. */
export interface OrderName {
  readonly orderId: number | null;
  readonly clientOrderId: string | null;
}

/** Takes orders and cancels them as Binance does; what happens is recorded as events. */
export class OrderDesk {
  readonly #book: Book;
  readonly #matching: Matching;
  readonly #record: (event: BookEvent) => void;

  constructor(book: Book, matching: Matching, record: (event: BookEvent) => void) {
    this.#book = book;
    this.#matching = matching;
    this.#record = record;
  }

  /**
   * Accepts an order and executes what takes at once.
   * @param visibleTime queries see it from then on
   * @throws VenueRefusal -1013, -2010
   */
  place(market: ListedMarket, request: OrderRequest, now: number, visibleTime: number): Order {
    const time = Math.max(now, this.#book.lastTime);
    const moment = this.#matching.moment(market, time);
    if (market.status !== 'TRADING' || !moment) throw new VenueRefusal(-1013, 'Market is closed.');
    const takerPrice = this.#matching.takerPrice(market, request.side, moment.last);
    const quantity = request.quantity.isZero()
      ? floorTo(request.quoteOrderQuantity.div(takerPrice), market.rules.lot)
      : request.quantity;
    const open = this.#book.openOrders(market.symbol);
    requireFilters(market.market, {
      ...request,
      quantity,
      last: moment.last,
      openOrders: open.length,
      openStops: open.filter(order => isStop(order.type)).length,
    });
    const orderId = this.#book.orders.length + 1;
    const clientOrderId = request.clientOrderId ?? `loopback-${orderId}`;
    if (this.#book.byClientOrderId(clientOrderId).some(isOpen))
      throw new VenueRefusal(-2010, 'Duplicate order sent.');
    requirePrices(request, moment.last, takerPrice);
    this.#requireBalance(market, request, quantity, takerPrice);
    this.#record({
      kind: 'placed',
      time,
      order: {
        orderId,
        clientOrderId,
        symbol: market.symbol,
        side: request.side,
        type: request.type,
        timeInForce: request.timeInForce,
        quantity: written(quantity),
        price: written(request.price),
        stopPrice: written(request.stopPrice),
        quoteOrderQuantity: written(request.quoteOrderQuantity),
        visibleTime: Math.max(time, visibleTime),
      },
    });
    const order = this.#book.orders[orderId - 1];
    if (!isStop(order.type)) this.#matching.take(market, order, moment);
    return order;
  }

  /** @throws VenueRefusal -2011 where no open order has that name */
  cancel(symbol: string, name: OrderName, now: number): Order {
    const order = this.find(symbol, name);
    if (!order || !isOpen(order)) throw new VenueRefusal(-2011, 'Unknown order sent.');
    this.#record({ kind: 'canceled', time: Math.max(now, this.#book.lastTime), orderId: order.orderId });
    return order;
  }

  /** @throws VenueRefusal -2011 where there is none */
  cancelAll(symbol: string, now: number): Order[] {
    const open = this.#book.openOrders(symbol);
    if (open.length === 0) throw new VenueRefusal(-2011, 'Unknown order sent.');
    for (const { orderId } of open)
      this.#record({ kind: 'canceled', time: Math.max(now, this.#book.lastTime), orderId });
    return open;
  }

  /** An id that was used again means its open order, else the newest. */
  find(symbol: string, { orderId, clientOrderId }: OrderName): Order | undefined {
    if (orderId === null) {
      const orders = this.#book.byClientOrderId(clientOrderId ?? '').filter(order => order.symbol === symbol);
      return orders.find(isOpen) ?? orders.at(-1);
    }
    const order = this.#book.order(orderId);
    const isMeant = clientOrderId === null || order?.clientOrderId === clientOrderId;
    return order?.symbol === symbol && isMeant ? order : undefined;
  }

  #requireBalance({ pair }: ListedMarket, request: OrderRequest, quantity: Amount, takerPrice: Amount): void {
    const digits = { price: written(request.price), stopPrice: written(request.stopPrice) };
    const due =
      request.type === 'MARKET'
        ? request.side === 'SELL'
          ? quantity
          : quantity.times(takerPrice)
        : lockOf({ ...request, ...digits }, quantity);
    const { free } = this.#book.balances.of(request.side === 'SELL' ? pair.base : pair.quote);
    if (free.lt(due)) throw new VenueRefusal(-2010, 'Account has insufficient balance for requested action.');
  }
}

/** Stops that wait for what has happened, and makers that would take, are refused. */
function requirePrices(request: OrderRequest, last: Amount, takerPrice: Amount): void {
  const { type, side, price, stopPrice } = request;
  if (isStop(type) && (waitsForFall(request) ? stopPrice.gte(last) : stopPrice.lte(last)))
    throw new VenueRefusal(-2010, 'Stop price would trigger immediately.');
  if (type === 'LIMIT_MAKER' && (side === 'BUY' ? price.gte(takerPrice) : price.lte(takerPrice)))
    throw new VenueRefusal(-2010, 'Order would immediately match and take.');
}
