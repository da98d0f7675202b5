import { Decimal } from 'decimal.js';
import type { Market } from '../../contracts/market.ts';
import type { SubmittedOrder, VenueFill, VenueOrder } from '../../trading/venue.ts';
import type { Truth, World } from './world.ts';

export const MARKET: Market = {
  venue: 'fake',
  symbol: 'BTCUSDT',
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  settle: null,
  venueSymbol: 'BTCUSDT',
  unifiedSymbol: 'BTC/USDT',
  active: true,
  tick: '0.01',
  lot: '0.00001',
  minQuantity: '0.00001',
  maxQuantity: null,
  minNotional: '5',
  contractSize: null,
  makerFee: 0.001,
  takerFee: 0.001,
  fetchedTime: 0,
};

interface BookOrder {
  readonly venueOrderId: string;
  readonly order: SubmittedOrder;
  /** When it came in, and when anything of it changed last: what lags is shown by it. */
  readonly time: number;
  status: VenueOrder['status'];
  filled: Decimal;
  /** Of a stop that became a limit order. */
  isTriggered: boolean;
}

const REST_MS = 60_000;

/** An exchange of one spot market. */
export class FakeExchange implements World {
  price = 100;
  market = MARKET;
  /** Share of a market order that fills at once; the rest stays open for a minute, or until `fillRest`. */
  fillShare = 1;
  /** A stop becomes a limit order so far under its trigger, as a share of it; null: a market order. */
  stopLimit: number | null = null;
  /** Orders and trades are shown this late. */
  lagMs = 0;
  readonly orders: BookOrder[] = [];
  readonly trades: (VenueFill & { readonly shownTime: number })[] = [];
  /** Times that each client order id came in, whatever became of it. */
  readonly posts = new Map<string, number>();
  base = new Decimal(0);
  quote = new Decimal(10_000);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the code of its refusal, or the order */
  post(order: SubmittedOrder): BookOrder | 'duplicate' | 'balance' | 'filter' | 'expired' | 'would-trigger' {
    this.posts.set(order.clientOrderId, (this.posts.get(order.clientOrderId) ?? 0) + 1);
    const quantity = new Decimal(order.quantity);
    if (this.#now() > order.sentAt + 5_000) return 'expired';
    if (this.orders.some(({ order: { clientOrderId } }) => clientOrderId === order.clientOrderId))
      return 'duplicate';
    if (quantity.gt(this.#most(order))) return 'filter';
    if (
      !quantity.mod('0.00001').isZero() ||
      quantity.times(order.stopPrice ?? order.price ?? this.price).lt(5)
    )
      return 'filter';
    const needed = order.side === 'buy' ? quantity.times(order.price ?? this.price) : quantity;
    if (needed.gt(order.side === 'buy' ? this.free('USDT') : this.free('BTC'))) return 'balance';
    if (order.type === 'stop' && this.price <= Number(order.stopPrice)) return 'would-trigger';
    const placed: BookOrder = {
      venueOrderId: String(1_000 + this.orders.length),
      order,
      time: this.#now(),
      status: 'open',
      filled: new Decimal(0),
      isTriggered: false,
    };
    this.orders.push(placed);
    if (order.type === 'market')
      this.fill(placed, quantity.times(this.fillShare).toDecimalPlaces(5, Decimal.ROUND_DOWN));
    else this.#match();
    return placed;
  }

  cancel(clientOrderId: string): boolean {
    const placed = this.find(clientOrderId);
    if (placed?.status !== 'open') return false;
    placed.status = 'canceled';
    return true;
  }

  async move(price: number): Promise<void> {
    this.price = price;
    this.#match();
  }

  calm(): void {
    this.fillShare = 1;
    this.fillRest();
  }

  truth(): Truth {
    const resting = this.orders.filter(({ status }) => status === 'open');
    return {
      repeated: [...this.posts].filter(([, times]) => times > 1).map(([id]) => id),
      tradeIds: this.trades.map(({ tradeId }) => tradeId),
      coins: this.base.toFixed(),
      resting: resting.map(placed => ({
        clientOrderId: placed.order.clientOrderId,
        isStop: placed.order.type === 'stop',
        quantity: this.rest(placed).toFixed(),
      })),
    };
  }

  /** @param until made by then */
  fillRest(until = Number.POSITIVE_INFINITY): void {
    for (const placed of this.orders)
      if (placed.status === 'open' && placed.order.type === 'market' && placed.time <= until)
        this.fill(placed, this.rest(placed));
  }

  /** What time alone brings. */
  tick(): void {
    this.fillRest(this.#now() - REST_MS);
  }

  fill(placed: BookOrder, quantity: Decimal, price = this.price): void {
    if (!quantity.gt(0)) return;
    const { order, venueOrderId } = placed;
    const isBuy = order.side === 'buy';
    const fee = (isBuy ? quantity : quantity.times(price)).times('0.001');
    this.base = isBuy ? this.base.plus(quantity).minus(fee) : this.base.minus(quantity);
    this.quote = isBuy
      ? this.quote.minus(quantity.times(price))
      : this.quote.plus(quantity.times(price)).minus(fee);
    placed.filled = placed.filled.plus(quantity);
    if (this.rest(placed).isZero()) placed.status = 'filled';
    this.trades.push({
      tradeId: String(this.trades.length + 1),
      venueOrderId,
      clientOrderId: null,
      symbol: order.symbol,
      side: order.side,
      price: String(price),
      quantity: quantity.toFixed(),
      fees: [{ amount: fee.toFixed(), currency: isBuy ? 'BTC' : 'USDT' }],
      isMaker: false,
      time: this.#now(),
      reason: null,
      shownTime: this.#now() + this.lagMs,
    });
  }

  find(clientOrderId: string): BookOrder | undefined {
    return this.orders.find(({ order }) => order.clientOrderId === clientOrderId);
  }

  rest({ order, filled }: BookOrder): Decimal {
    return new Decimal(order.quantity).minus(filled);
  }

  locked(currency: string): Decimal {
    const resting = this.orders.filter(
      ({ status, order }) => status === 'open' && order.side === (currency === 'BTC' ? 'sell' : 'buy'),
    );
    return resting.reduce(
      (sum, placed) =>
        sum.plus(this.rest(placed).times(currency === 'BTC' ? 1 : Number(placed.order.price ?? this.price))),
      new Decimal(0),
    );
  }

  free(currency: string): Decimal {
    return (currency === 'BTC' ? this.base : this.quote).minus(this.locked(currency));
  }

  shown({ order, venueOrderId, status, filled, time }: BookOrder): VenueOrder {
    const { clientOrderId, symbol, side, type, quantity, price, stopPrice } = order;
    return {
      venueOrderId,
      clientOrderId,
      symbol,
      side,
      type,
      status,
      quantity,
      filled: filled.toFixed(),
      price,
      stopPrice,
      time,
    };
  }

  /** What becomes a limit order is bound by the maximum of all orders alone. */
  #most({ type }: SubmittedOrder): string | number {
    const { maxQuantity, maxMarketQuantity } = this.market;
    const goesAtMarket = type === 'market' || (type === 'stop' && this.stopLimit === null);
    return (goesAtMarket ? maxMarketQuantity : maxQuantity) ?? Number.POSITIVE_INFINITY;
  }

  #match(): void {
    for (const placed of this.orders) {
      const { order, status } = placed;
      if (status !== 'open') continue;
      const level = Number(order.stopPrice ?? order.price);
      if (order.type === 'stop') {
        placed.isTriggered ||= this.price <= level;
        const least = this.stopLimit === null ? 0 : level * (1 - this.stopLimit);
        if (placed.isTriggered && this.price >= least) this.fill(placed, this.rest(placed));
      }
      if (order.type === 'limit' && order.side === 'buy' && this.price <= level)
        this.fill(placed, this.rest(placed), level);
    }
  }
}
