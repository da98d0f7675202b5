import { z } from 'zod';
import type { ReadOrder } from './card.ts';
import { decimal, epochMs, idText, optionalDecimal, optionalId, side, word } from './shapes.ts';

const STATUSES = {
  New: 'open',
  PartiallyFilled: 'open',
  Untriggered: 'open',
  Triggered: 'open',
  Created: 'open',
  Filled: 'filled',
  Cancelled: 'canceled',
  PartiallyFilledCanceled: 'canceled',
  Deactivated: 'canceled',
  Rejected: 'rejected',
} as const;

export const resultOf = <Result>(result: z.ZodType<Result>) =>
  z.object({ retCode: z.literal(0), result }).transform(answer => answer.result as Result);

export const namesShape = resultOf(z.object({ orderId: idText, orderLinkId: optionalId }));

export const orderShape = z.object({
  symbol: z.string(),
  orderId: idText,
  orderLinkId: optionalId,
  side,
  orderType: z.enum(['Market', 'Limit']),
  orderStatus: word(STATUSES),
  qty: decimal,
  cumExecQty: decimal,
  price: optionalDecimal,
  triggerPrice: optionalDecimal,
  createdTime: epochMs,
});
type Order = z.infer<typeof orderShape>;

export const executionShape = z.object({
  symbol: z.string(),
  execId: z.string().min(1),
  orderId: idText,
  orderLinkId: optionalId,
  side,
  execPrice: decimal,
  execQty: decimal,
  execFee: decimal,
  feeCurrency: z.string().optional(),
  isMaker: z.boolean(),
  execTime: epochMs,
  execType: z.string(),
});

export const walletShape = resultOf(
  z.object({
    list: z
      .array(
        z.object({
          coin: z.array(z.object({ coin: z.string().min(1), walletBalance: decimal, locked: decimal })),
        }),
      )
      .length(1),
  }),
);

export function readOrder(order: Order): ReadOrder {
  return {
    venueOrderId: order.orderId,
    venueClientId: order.orderLinkId,
    side: order.side,
    type: order.triggerPrice !== null ? 'stop' : order.orderType === 'Market' ? 'market' : 'limit',
    status: order.orderStatus,
    quantity: order.qty,
    filled: order.cumExecQty,
    price: order.orderType === 'Limit' ? order.price : null,
    stopPrice: order.triggerPrice,
    time: order.createdTime,
  };
}
