import type { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { OrderSide } from '../../contracts/trading.ts';
import type { ReadOrder } from './card.ts';
import { decimal, isoTime, optionalId, side, word } from './shapes.ts';

const STATUSES = {
  PENDING: 'open',
  OPEN: 'open',
  QUEUED: 'open',
  CANCEL_QUEUED: 'open',
  FILLED: 'filled',
  CANCELLED: 'canceled',
  EXPIRED: 'expired',
  FAILED: 'rejected',
} as const;

const termsShape = z.object({
  base_size: decimal.optional(),
  quote_size: decimal.optional(),
  limit_price: decimal.optional(),
  stop_price: decimal.optional(),
});

export const orderShape = z.object({
  order_id: z.string().min(1),
  client_order_id: optionalId,
  product_id: z.string(),
  side,
  status: word(STATUSES),
  /** One way of trading by its name, with its terms. */
  order_configuration: z.record(z.string(), termsShape),
  filled_size: decimal,
  created_time: isoTime,
});

export function readOrder(order: z.infer<typeof orderShape>): ReadOrder {
  const [way, terms] = Object.entries(order.order_configuration)[0] ?? ['', {}];
  const isAtOnce = way === 'market_market_ioc' || way === 'sor_limit_ioc';
  return {
    venueOrderId: order.order_id,
    venueClientId: order.client_order_id,
    side: order.side,
    type: way.startsWith('stop') ? 'stop' : isAtOnce ? 'market' : 'limit',
    status: order.status,
    // Of orders by amount, which are never ours, only what was filled is in base.
    quantity: terms.base_size ?? order.filled_size,
    filled: order.filled_size,
    price: isAtOnce ? null : (terms.limit_price ?? null),
    stopPrice: terms.stop_price ?? null,
    time: order.created_time,
  };
}

/** A limit on the market's steps that is never nearer than asked for: sells down, buys up. */
export function onTick(price: Decimal, tick: string | null, orderSide: OrderSide): string {
  if (tick === null) return price.toFixed();
  const steps = price.div(tick);
  return (orderSide === 'sell' ? steps.floor() : steps.ceil()).times(tick).toFixed();
}
