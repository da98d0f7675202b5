import type { Amount } from './amount.ts';

export const ORDER_TYPES = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
export type Side = 'BUY' | 'SELL';
export const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';

/** An order as it was accepted. Amounts are decimals in digits; `price` and `stopPrice` are '0' where it has none. */
export interface AcceptedOrder {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: string;
  readonly price: string;
  readonly stopPrice: string;
  /** What a market order was to spend or to earn; '0' where it named a quantity. */
  readonly quoteOrderQuantity: string;
  /** Queries don't see it before (epoch ms). */
  readonly visibleTime: number;
}

/** One execution. */
export interface Trade {
  readonly id: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly time: number;
  readonly visibleTime: number;
  readonly side: Side;
  readonly price: string;
  readonly quantity: string;
  readonly quote: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly isMaker: boolean;
}

/** What happened to an order, in the order in which it happened. */
export interface OrderEvent {
  readonly time: number;
  readonly kind: 'placed' | 'triggered' | 'filled' | 'canceled' | 'expired';
  readonly tradeId?: number;
}

/** An order with what became of it. */
export interface Order extends AcceptedOrder {
  readonly time: number;
  updateTime: number;
  status: OrderStatus;
  /** A stop whose price was reached: from then on a market or a limit order. */
  isTriggered: boolean;
  executed: Amount;
  executedQuote: Amount;
  /** What it holds of the account's balance: of the base coin when selling, of the quote coin when buying. */
  locked: Amount;
  readonly tradeIds: number[];
  readonly events: OrderEvent[];
}

export function isOpen({ status }: Pick<Order, 'status'>): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

export function isStop(type: OrderType): boolean {
  return type.startsWith('STOP_LOSS') || type.startsWith('TAKE_PROFIT');
}

export function hasLimit(type: OrderType): boolean {
  return type.includes('LIMIT');
}

/** Whether a stop waits for the price to fall (to rise, otherwise). */
export function waitsForFall({ type, side }: Pick<AcceptedOrder, 'type' | 'side'>): boolean {
  return type.startsWith('STOP_LOSS') === (side === 'SELL');
}
