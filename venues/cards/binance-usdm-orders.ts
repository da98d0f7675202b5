import { z } from 'zod';
import type { OrderType } from '../../contracts/trading.ts';
import type { ReadOrder } from './card.ts';
import { decimal, epochMs, idText, optionalDecimal, optionalId, side, word } from './shapes.ts';

const STATUSES = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
} as const;

const TYPES: Readonly<Record<string, OrderType>> = {
  LIMIT: 'limit',
  MARKET: 'market',
  STOP: 'stop',
  STOP_MARKET: 'stop',
  TAKE_PROFIT: 'stop',
  TAKE_PROFIT_MARKET: 'stop',
  TRAILING_STOP_MARKET: 'stop',
  LIQUIDATION: 'market',
};

export const futuresOrderShape = z.object({
  symbol: z.string(),
  orderId: idText,
  clientOrderId: optionalId,
  side,
  type: word(TYPES),
  status: word(STATUSES),
  origQty: decimal,
  executedQty: decimal,
  price: optionalDecimal,
  stopPrice: optionalDecimal,
  /** Queries tell when it was made; the answer to a new order only this. */
  time: epochMs.optional(),
  updateTime: epochMs,
});

/** `FINISHED`: the order that it made has ended. */
const ALGO_STATUSES = {
  NEW: 'open',
  TRIGGERING: 'open',
  TRIGGERED: 'open',
  FINISHED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
} as const;

export const algoShape = z
  .object({
    symbol: z.string(),
    algoId: idText,
    clientAlgoId: optionalId,
    side,
    quantity: decimal,
    algoStatus: word(ALGO_STATUSES),
    triggerPrice: optionalDecimal,
    createTime: epochMs,
    actualOrderId: optionalId,
  })
  // What came of a finished one is known of its order alone.
  .refine(stop => stop.algoStatus !== 'filled' || stop.actualOrderId !== null);

/** Of contracts this is the order's own id, unlike on spot. */
export const canceledShape = z.object({ orderId: idText, clientOrderId: z.string().min(1) });
export const canceledAlgoShape = z.object({ algoId: idText, clientAlgoId: z.string().min(1) });

export function readFuturesOrder(order: z.infer<typeof futuresOrderShape>): ReadOrder {
  return {
    venueOrderId: order.orderId,
    venueClientId: order.clientOrderId,
    side: order.side,
    type: order.type,
    status: order.status,
    quantity: order.origQty,
    filled: order.executedQty,
    price: order.price,
    stopPrice: order.stopPrice,
    time: order.time ?? order.updateTime,
  };
}

/** @param made the order that it became when it was triggered */
export function readAlgo(stop: z.infer<typeof algoShape>, made: ReadOrder | null): ReadOrder {
  return {
    venueOrderId: made?.venueOrderId ?? stop.actualOrderId ?? stop.algoId,
    venueClientId: stop.clientAlgoId,
    side: stop.side,
    type: 'stop',
    status: made?.status ?? (stop.algoStatus === 'filled' ? 'open' : stop.algoStatus),
    quantity: stop.quantity,
    filled: made?.filled ?? '0',
    price: null,
    stopPrice: stop.triggerPrice,
    time: stop.createTime,
  };
}
