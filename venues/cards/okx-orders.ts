import { z } from 'zod';
import type { OrderType } from '../../contracts/trading.ts';
import type { ReadOrder } from './card.ts';
import { decimal, epochMs, idText, optionalDecimal, optionalId, side, word } from './shapes.ts';

const STATES = {
  live: 'open',
  partially_filled: 'open',
  filled: 'filled',
  canceled: 'canceled',
  mmp_canceled: 'canceled',
} as const;

/** `effective`: it was triggered; what came of it is known of the order that it made. */
const ALGO_STATES = {
  live: 'open',
  pause: 'open',
  partially_effective: 'open',
  effective: 'open',
  canceled: 'canceled',
  order_failed: 'rejected',
  partially_failed: 'rejected',
} as const;

const TYPES: Readonly<Record<string, OrderType>> = {
  market: 'market',
  limit: 'limit',
  post_only: 'limit',
  fok: 'limit',
  ioc: 'limit',
  optimal_limit_ioc: 'market',
  mmp: 'limit',
  mmp_and_post_only: 'limit',
};

/** `{code: "0", data: […]}`. */
export function dataOf<Row>(row: z.ZodType<Row>) {
  return z.object({ code: z.literal('0'), data: z.array(row) }).transform(answer => answer.data as Row[]);
}

/** The one row of an answer about one thing. */
export function oneOf<Row>(row: z.ZodType<Row>) {
  return z
    .object({ code: z.literal('0'), data: z.array(row).length(1) })
    .transform(answer => answer.data[0] as Row);
}

export const orderShape = z.object({
  instId: z.string(),
  ordId: idText,
  clOrdId: optionalId,
  side,
  ordType: word(TYPES),
  state: word(STATES),
  sz: decimal,
  accFillSz: decimal,
  px: optionalDecimal,
  cTime: epochMs,
});

export const algoShape = z.object({
  instId: z.string(),
  algoId: idText,
  algoClOrdId: optionalId,
  /** Of the order that it made. */
  ordId: optionalId,
  ordIdList: z.array(z.string().min(1)).optional(),
  side,
  state: word(ALGO_STATES),
  sz: decimal,
  slTriggerPx: optionalDecimal,
  cTime: epochMs,
});

export function readOrder(order: z.infer<typeof orderShape>): ReadOrder {
  return {
    venueOrderId: order.ordId,
    venueClientId: order.clOrdId,
    side: order.side,
    type: order.ordType,
    status: order.state,
    quantity: order.sz,
    filled: order.accFillSz,
    price: order.ordType === 'limit' ? order.px : null,
    stopPrice: null,
    time: order.cTime,
  };
}

/** @param made the order that it became when it was triggered */
export function readAlgo(stop: z.infer<typeof algoShape>, made: ReadOrder | null): ReadOrder {
  return {
    venueOrderId: made?.venueOrderId ?? stop.ordId ?? stop.algoId,
    venueClientId: stop.algoClOrdId,
    side: stop.side,
    type: 'stop',
    status: made?.status ?? stop.state,
    quantity: stop.sz,
    filled: made?.filled ?? '0',
    price: null,
    stopPrice: stop.slTriggerPx,
    time: stop.cTime,
  };
}
