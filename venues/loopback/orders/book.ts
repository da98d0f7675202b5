import { Amount, roundedUp, ZERO } from './amount.ts';
import { Balances } from './balances.ts';
import type { BookEvent, PathPosition } from './book-event.ts';
import { type AcceptedOrder, hasLimit, type Order, type OrderEvent, type Side, type Trade } from './order.ts';

/** The coins that a symbol trades. */
export interface Pair {
  readonly base: string;
  readonly quote: string;
}

/**
 * The exchange's book of one account: all orders that ever were, their trades, the balances. It changes by `apply` alone, so
 * that a journal of the events gives it back.
 */
export class Book {
  readonly orders: Order[] = [];
  readonly trades: Trade[] = [];
  readonly balances = new Balances();
  /** By market: how far its path has been traded, and how much of that step's volume was taken. */
  readonly positions = new Map<string, PathPosition>();
  /** Time of the last change. */
  lastTime = 0;
  readonly #taken = new Map<string, { readonly position: PathPosition; quantity: Amount }>();
  readonly #open = new Map<string, Set<Order>>();
  readonly #byClientId = new Map<string, Order[]>();
  readonly #pairOf: (symbol: string) => Pair;

  constructor(pairOf: (symbol: string) => Pair) {
    this.#pairOf = pairOf;
  }

  order(orderId: number): Order | undefined {
    return this.orders[orderId - 1];
  }

  /** Open orders of a market, oldest first. */
  openOrders(symbol: string): Order[] {
    return [...(this.#open.get(symbol) ?? [])];
  }

  hasOpenOrders(symbol: string): boolean {
    return (this.#open.get(symbol)?.size ?? 0) > 0;
  }

  allOpenOrders(): Order[] {
    return [...this.#open.values()].flatMap(orders => [...orders]).sort((a, b) => a.orderId - b.orderId);
  }

  /** All orders that were ever accepted under a client's id, oldest first. */
  byClientOrderId(clientOrderId: string): readonly Order[] {
    return this.#byClientId.get(clientOrderId) ?? [];
  }

  /** Client ids that were accepted more than once. */
  duplicates(): { readonly clientOrderId: string; readonly orderIds: readonly number[] }[] {
    return [...this.#byClientId]
      .filter(([, orders]) => orders.length > 1)
      .map(([clientOrderId, orders]) => ({ clientOrderId, orderIds: orders.map(order => order.orderId) }));
  }

  /** Volume of a step that has been taken already. */
  taken(symbol: string, position: PathPosition): Amount {
    const taken = this.#taken.get(symbol);
    return taken && isSame(taken.position, position) ? taken.quantity : ZERO;
  }

  apply(event: BookEvent): void {
    if ('time' in event) this.lastTime = Math.max(this.lastTime, event.time);
    switch (event.kind) {
      case 'deposited':
        this.balances.add(event.asset, new Amount(event.amount));
        break;
      case 'placed':
        this.#place(event.order, event.time);
        break;
      case 'triggered': {
        const order = this.#known(event.orderId);
        order.isTriggered = true;
        this.#note(order, event);
        break;
      }
      case 'filled':
        this.#fill(event.trade, event.step);
        break;
      case 'canceled':
      case 'expired': {
        const order = this.#known(event.orderId);
        order.status = event.kind === 'canceled' ? 'CANCELED' : 'EXPIRED';
        this.#close(order);
        this.#note(order, event);
        break;
      }
      case 'moved':
        this.positions.set(event.symbol, event.position);
        break;
      default:
      // Bars, keys and statuses are the exchange's.
    }
  }

  #place(accepted: AcceptedOrder, time: number): void {
    const order: Order = {
      ...accepted,
      time,
      updateTime: time,
      status: 'NEW',
      isTriggered: false,
      executed: ZERO,
      executedQuote: ZERO,
      locked: ZERO,
      tradeIds: [],
      events: [{ time, kind: 'placed' }],
    };
    this.orders.push(order);
    const { symbol, clientOrderId } = order;
    this.#open.set(symbol, (this.#open.get(symbol) ?? new Set()).add(order));
    this.#byClientId.set(clientOrderId, [...this.byClientOrderId(clientOrderId), order]);
    this.#lockRest(order);
  }

  #fill(trade: Trade, position: PathPosition): void {
    const order = this.#known(trade.orderId);
    const quantity = new Amount(trade.quantity);
    const quote = new Amount(trade.quote);
    this.trades.push(trade);
    order.tradeIds.push(trade.id);
    order.executed = order.executed.plus(quantity);
    order.executedQuote = order.executedQuote.plus(quote);
    const isWhole = order.executed.gte(order.quantity);
    order.status = isWhole ? 'FILLED' : 'PARTIALLY_FILLED';
    if (isWhole) this.#close(order);
    else this.#lockRest(order);
    const pair = this.#pairOf(order.symbol);
    const direction = order.side === 'BUY' ? 1 : -1;
    this.balances.add(pair.base, quantity.times(direction));
    this.balances.add(pair.quote, quote.times(-direction));
    this.balances.add(trade.commissionAsset, new Amount(trade.commission).negated());
    this.#taken.set(order.symbol, { position, quantity: this.taken(order.symbol, position).plus(quantity) });
    this.#note(order, { time: trade.time, kind: 'filled', tradeId: trade.id });
  }

  /** An order holds what the rest of it may cost. */
  #lockRest(order: Order): void {
    const due = lockOf(order, new Amount(order.quantity).minus(order.executed));
    this.balances.lock(this.#lockedAsset(order), due.minus(order.locked));
    order.locked = due;
  }

  #close(order: Order): void {
    this.balances.lock(this.#lockedAsset(order), order.locked.negated());
    order.locked = ZERO;
    this.#open.get(order.symbol)?.delete(order);
  }

  #lockedAsset({ side, symbol }: { readonly side: Side; readonly symbol: string }): string {
    const { base, quote } = this.#pairOf(symbol);
    return side === 'SELL' ? base : quote;
  }

  #note(order: Order, { time, kind, tradeId }: OrderEvent): void {
    order.updateTime = time;
    order.events.push(tradeId === undefined ? { time, kind } : { time, kind, tradeId });
  }

  #known(orderId: number): Order {
    const order = this.order(orderId);
    if (!order) throw new Error(`The journal speaks of order ${orderId}, which it has not placed.`);
    return order;
  }
}

/** What an order of `quantity` would hold: the coins it sells, or the quote coins that it may pay at most. */
export function lockOf(
  order: Pick<AcceptedOrder, 'side' | 'type' | 'price' | 'stopPrice'>,
  quantity: Amount,
): Amount {
  if (order.type === 'MARKET') return ZERO;
  if (order.side === 'SELL') return quantity;
  return roundedUp(quantity.times(hasLimit(order.type) ? order.price : order.stopPrice));
}

function isSame(a: PathPosition, b: PathPosition): boolean {
  return a.openTime === b.openTime && a.step === b.step;
}
