import { createHmac } from 'node:crypto';
import { Decimal } from 'decimal.js';
import type { PlainBar } from '../../support/trading-exchange.ts';

/** An order, a conditional one, or the one that it became. */
interface Order {
  readonly id: number;
  readonly clientId: string;
  readonly side: 'BUY' | 'SELL';
  readonly type: 'LIMIT' | 'MARKET' | 'STOP_MARKET';
  readonly quantity: string;
  readonly price: string;
  readonly triggerPrice: string;
  readonly reduceOnly: boolean;
  readonly time: number;
  filled: Decimal;
  status: 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'TRIGGERED';
  /** Of a conditional order that was triggered. */
  madeId: number | null;
}

interface Trade {
  readonly id: number;
  readonly orderId: number;
  readonly side: Order['side'];
  readonly price: string;
  readonly quantity: string;
  readonly isMaker: boolean;
  readonly time: number;
}

/** An error as the venue answers it. */
export class UsdmRefusal extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, status = 400) {
    super(`refused ${code}`);
    this.code = code;
    this.status = status;
  }
}

const KEY = { apiKey: 'usdm-key', secret: 'usdm-secret' };
export const USDM_KEY = KEY;
const TAKER_FEE = '0.0005';

/**
 * A small USD-M exchange of one market, in one-way mode with isolated margin and leverage 1: conditional orders in a list of their own,
 * reduce-only, ids unique among open orders. Prices follow bars as the spot loopback's do.
 */
export class UsdmExchange {
  readonly orders: Order[] = [];
  readonly stops: Order[] = [];
  readonly trades: Trade[] = [];
  /** Times that each client order id came in, whatever became of it. */
  readonly posts = new Map<string, number>();
  /** Orders by which the venue closed positions itself. */
  readonly forced: number[] = [];
  position = new Decimal(0);
  status: 'TRADING' | 'SETTLING' | 'GONE' = 'TRADING';
  isRevoked = false;
  skewMs = 0;
  lagMs = 0;
  readonly #wallet: string;
  readonly #makerShare: number | null;
  readonly #clock: () => number;
  #price = '100';
  #lastId = 0;

  constructor(wallet: string, makerShare: number | null, clock: () => number) {
    this.#wallet = wallet;
    this.#makerShare = makerShare;
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock() + this.skewMs;
  }

  /** Plays a bar: open, the nearer extreme, the other one, close. */
  play([open, high, low, close, volume = 100]: PlainBar): void {
    const extremes = high - open < open - low ? [high, low] : [low, high];
    for (const price of [open, ...extremes, close]) this.#reach(price, volume);
  }

  /** @throws UsdmRefusal */
  answer(
    method: string,
    path: string,
    parameters: URLSearchParams,
    apiKey: string | null,
    signed: string,
  ): unknown {
    const open = PUBLIC[`${method} ${path}`];
    if (open) return open(this, parameters);
    const serve = PRIVATE[`${method} ${path}`];
    if (!serve) throw new UsdmRefusal(-1000, 404);
    this.#authorize(parameters, apiKey, signed);
    if (parameters.has('symbol') && (parameters.get('symbol') !== 'BTCUSDT' || this.status === 'GONE'))
      throw new UsdmRefusal(-1121);
    return serve(this, parameters);
  }

  market(): object[] {
    const steps = [
      { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '4529764', tickSize: '0.01' },
      { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '1000', stepSize: '0.00001' },
      { filterType: 'MIN_NOTIONAL', notional: '5' },
    ];
    const names = {
      symbol: 'BTCUSDT',
      pair: 'BTCUSDT',
      baseAsset: 'BTC',
      quoteAsset: 'USDT',
      marginAsset: 'USDT',
    };
    const kind = { contractType: 'PERPETUAL', deliveryDate: 4_133_404_800_000, onboardDate: 1 };
    const orderTypes = ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET'];
    return this.status === 'GONE'
      ? []
      : [{ ...names, ...kind, status: this.status, filters: steps, orderTypes }];
  }

  quote() {
    const price = new Decimal(this.#price);
    return {
      bid: price.minus('0.01').toFixed(2),
      ask: price.plus('0.01').toFixed(2),
      last: price.toFixed(2),
    };
  }

  balance() {
    const used = this.position.abs().times(this.#price);
    return { balance: this.#wallet, availableBalance: new Decimal(this.#wallet).minus(used).toFixed() };
  }

  place(parameters: URLSearchParams, idName: string): Order {
    const text = (name: string) => parameters.get(name) ?? '0';
    const order: Order = {
      id: ++this.#lastId,
      clientId: text(idName),
      side: text('side') as Order['side'],
      type: text('type') as Order['type'],
      quantity: text('quantity'),
      price: text('price'),
      triggerPrice: text('triggerPrice'),
      reduceOnly: parameters.get('reduceOnly') === 'true',
      time: this.now,
      filled: new Decimal(0),
      status: 'NEW',
      madeId: null,
    };
    this.posts.set(order.clientId, (this.posts.get(order.clientId) ?? 0) + 1);
    this.#check(order);
    if (order.type === 'STOP_MARKET') this.stops.push(order);
    else {
      this.orders.push(order);
      const isAtOnce = order.type === 'MARKET' || this.#isReached(order, Number(this.#price));
      if (isAtOnce) this.#fill(order, new Decimal(order.quantity), this.#price, false);
    }
    return order;
  }

  /** The venue closes the position by an order of its own; conditional orders are left. */
  liquidate(): void {
    const order: Order = {
      id: ++this.#lastId,
      clientId: `autoclose-${this.#lastId}`,
      side: this.position.gt(0) ? 'SELL' : 'BUY',
      type: 'MARKET',
      quantity: this.position.abs().toFixed(),
      price: '0',
      triggerPrice: '0',
      reduceOnly: true,
      time: this.now,
      filled: new Decimal(0),
      status: 'NEW',
      madeId: null,
    };
    this.orders.push(order);
    this.forced.push(order.id);
    this.#fill(order, new Decimal(order.quantity), this.#price, false);
  }

  /** @throws UsdmRefusal −2013 */
  find(
    orders: readonly Order[],
    name: { readonly id: string | null; readonly clientId: string | null },
  ): Order {
    const found = orders.findLast(({ id, clientId }) =>
      name.id !== null ? String(id) === name.id : clientId === name.clientId,
    );
    if (!found || !this.isVisible(found)) throw new UsdmRefusal(-2013);
    return found;
  }

  /** @throws UsdmRefusal −2011 */
  cancel(orders: readonly Order[], clientId: string | null): Order {
    const order = orders.findLast(candidate => candidate.clientId === clientId);
    if (!order || !isOpen(order)) throw new UsdmRefusal(-2011);
    order.status = 'CANCELED';
    return order;
  }

  isVisible({ time }: { readonly time: number }): boolean {
    return time + this.lagMs <= this.now;
  }

  #authorize(parameters: URLSearchParams, apiKey: string | null, signed: string): void {
    if (this.isRevoked || apiKey !== KEY.apiKey) throw new UsdmRefusal(-2015, 401);
    const [query, signature] = signed.split('&signature=');
    if (createHmac('sha256', KEY.secret).update(query).digest('hex') !== signature)
      throw new UsdmRefusal(-1022);
    const age = this.now - Number(parameters.get('timestamp'));
    if (age > Number(parameters.get('recvWindow') ?? 5_000) || age < -1_000) throw new UsdmRefusal(-1021);
  }

  #check(order: Order): void {
    if (this.status !== 'TRADING') throw new UsdmRefusal(-4141);
    const twin = [...this.orders, ...this.stops].find(({ clientId }) => clientId === order.clientId);
    if (twin && isOpen(twin)) throw new UsdmRefusal(-4116);
    const price = new Decimal(order.type === 'LIMIT' ? order.price : this.#price);
    const notional = price.times(order.quantity);
    if (notional.lt(5) && !order.reduceOnly) throw new UsdmRefusal(-4164);
    const closes = order.side === 'SELL' ? this.position.gt(0) : this.position.lt(0);
    if (order.reduceOnly && order.type !== 'STOP_MARKET' && !closes) throw new UsdmRefusal(-2022);
    if (!closes && notional.gt(this.balance().availableBalance)) throw new UsdmRefusal(-2019);
    if (order.type === 'STOP_MARKET' && this.#isTriggered(order, Number(this.#price)))
      throw new UsdmRefusal(-2021);
  }

  #reach(price: number, volume: number): void {
    this.#price = String(price);
    for (const stop of this.stops) if (isOpen(stop) && this.#isTriggered(stop, price)) this.#trigger(stop);
    for (const order of this.orders)
      if (isOpen(order) && this.#isReached(order, price)) {
        const left = new Decimal(order.quantity).minus(order.filled);
        const most = this.#makerShare === null ? left : new Decimal(volume).times(this.#makerShare);
        this.#fill(order, Decimal.min(left, most), order.price, true);
      }
  }

  #trigger(stop: Order): void {
    const made: Order = {
      ...stop,
      id: ++this.#lastId,
      clientId: `made-${stop.id}`,
      type: 'MARKET',
      time: this.now,
    };
    stop.status = 'TRIGGERED';
    stop.madeId = made.id;
    this.orders.push(made);
    this.#fill(made, new Decimal(made.quantity), this.#price, false);
  }

  /** What only reduces ends with the position. */
  #fill(order: Order, wanted: Decimal, price: string, isMaker: boolean): void {
    const most = order.side === 'SELL' ? this.position : this.position.neg();
    const quantity = order.reduceOnly ? Decimal.max(0, Decimal.min(wanted, most)) : wanted;
    order.filled = order.filled.plus(quantity);
    const isShort = order.filled.lt(order.quantity);
    order.status = isShort ? (quantity.lt(wanted) ? 'EXPIRED' : 'PARTIALLY_FILLED') : 'FILLED';
    if (quantity.isZero()) return;
    this.position = this.position.plus(order.side === 'BUY' ? quantity : quantity.neg());
    this.trades.push({
      id: this.trades.length + 1,
      orderId: order.id,
      side: order.side,
      price,
      quantity: quantity.toFixed(),
      isMaker,
      time: this.now,
    });
  }

  #isReached({ side, type, price }: Order, now: number): boolean {
    return type === 'LIMIT' && (side === 'BUY' ? now <= Number(price) : now >= Number(price));
  }

  #isTriggered({ side, triggerPrice }: Order, now: number): boolean {
    return side === 'SELL' ? now <= Number(triggerPrice) : now >= Number(triggerPrice);
  }
}

type Serve = (exchange: UsdmExchange, parameters: URLSearchParams) => unknown;

const SYMBOL = { symbol: 'BTCUSDT' };

const PUBLIC: Readonly<Record<string, Serve>> = {
  'GET time': ({ now }) => ({ serverTime: now }),
  'GET exchangeInfo': exchange => ({ timezone: 'UTC', serverTime: exchange.now, symbols: exchange.market() }),
  'GET ticker/bookTicker': exchange => {
    const { bid, ask } = exchange.quote();
    return { ...SYMBOL, bidPrice: bid, askPrice: ask, time: exchange.now };
  },
  'GET ticker/price': exchange => ({ ...SYMBOL, price: exchange.quote().last, time: exchange.now }),
};

const PRIVATE: Readonly<Record<string, Serve>> = {
  'POST order': (exchange, parameters) => orderRow(exchange.place(parameters, 'newClientOrderId')),
  'POST algoOrder': (exchange, parameters) => stopRow(exchange.place(parameters, 'clientAlgoId')),
  'GET order': (exchange, parameters) =>
    orderRow(
      exchange.find(exchange.orders, {
        id: parameters.get('orderId'),
        clientId: parameters.get('origClientOrderId'),
      }),
    ),
  'GET algoOrder': (exchange, parameters) =>
    stopRow(exchange.find(exchange.stops, { id: null, clientId: parameters.get('clientAlgoId') })),
  'DELETE order': (exchange, parameters) =>
    orderRow(exchange.cancel(exchange.orders, parameters.get('origClientOrderId'))),
  'DELETE algoOrder': (exchange, parameters) => {
    const { id, clientId } = exchange.cancel(exchange.stops, parameters.get('clientAlgoId'));
    return { algoId: id, clientAlgoId: clientId, code: '200', msg: 'success' };
  },
  'GET openOrders': exchange => visible(exchange, exchange.orders).filter(isOpen).map(orderRow),
  'GET openAlgoOrders': exchange => visible(exchange, exchange.stops).filter(isOpen).map(stopRow),
  'GET allOrders': (exchange, parameters) =>
    inRange(visible(exchange, exchange.orders), parameters).map(orderRow),
  'GET allAlgoOrders': (exchange, parameters) =>
    inRange(visible(exchange, exchange.stops), parameters).map(stopRow),
  'GET userTrades': (exchange, parameters) =>
    inRange(exchange.trades, parameters)
      .filter(({ id }) => id >= Number(parameters.get('fromId') ?? 0))
      .map(tradeRow),
  'GET forceOrders': ({ forced }) => forced.map(orderId => ({ orderId })),
  'GET balance': exchange => [{ asset: 'USDT', ...exchange.balance() }],
  'GET positionRisk': exchange => [
    { ...SYMBOL, positionAmt: exchange.position.toFixed(), entryPrice: '100', positionSide: 'BOTH' },
  ],
  'GET positionSide/dual': () => ({ dualSidePosition: false }),
  'GET symbolConfig': () => [{ ...SYMBOL, marginType: 'ISOLATED', leverage: 1 }],
};

function isOpen({ status }: Order): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

function visible(exchange: UsdmExchange, orders: readonly Order[]): readonly Order[] {
  return orders.filter(order => exchange.isVisible(order));
}

function inRange<Row extends { readonly time: number }>(
  rows: readonly Row[],
  parameters: URLSearchParams,
): Row[] {
  const from = Number(parameters.get('startTime') ?? 0);
  const to = Number(parameters.get('endTime') ?? Number.MAX_SAFE_INTEGER);
  return rows.filter(({ time }) => time >= from && time <= to);
}

function orderRow(order: Order) {
  const { id, clientId, side, type, quantity, price, filled, status, time } = order;
  const terms = { side, type, origQty: quantity, price, stopPrice: '0' };
  return {
    ...SYMBOL,
    orderId: id,
    clientOrderId: clientId,
    ...terms,
    executedQty: filled.toFixed(),
    status,
    time,
    updateTime: time,
  };
}

function stopRow({ id, clientId, side, quantity, triggerPrice, status, madeId, time }: Order) {
  const names = { algoId: id, clientAlgoId: clientId, actualOrderId: madeId === null ? '' : String(madeId) };
  return { ...SYMBOL, ...names, side, quantity, triggerPrice, algoStatus: status, createTime: time };
}

function tradeRow({ id, orderId, side, price, quantity, isMaker, time }: Trade) {
  const commission = new Decimal(price).times(quantity).times(TAKER_FEE).toFixed();
  return {
    ...SYMBOL,
    id,
    orderId,
    side,
    price,
    qty: quantity,
    commission,
    commissionAsset: 'USDT',
    maker: isMaker,
    time,
  };
}
