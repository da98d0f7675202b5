import { z } from 'zod';
import type { OrderType } from '../../contracts/trading.ts';
import type { OrderMarket } from '../order-client.ts';
import type { ReadOrder } from './card.ts';
import { decimal, optionalDecimal, optionalId, side, word } from './shapes.ts';

const STATUSES = {
  pending: 'open',
  open: 'open',
  closed: 'filled',
  canceled: 'canceled',
  expired: 'expired',
} as const;

const TYPES: Readonly<Record<string, OrderType>> = {
  market: 'market',
  limit: 'limit',
  iceberg: 'limit',
  'settle-position': 'market',
  'stop-loss': 'stop',
  'stop-loss-limit': 'stop',
  'take-profit': 'stop',
  'take-profit-limit': 'stop',
  'trailing-stop': 'stop',
  'trailing-stop-limit': 'stop',
};

const seconds = z.number().transform(value => Math.round(value * 1_000));

const orderShape = z.object({
  cl_ord_id: optionalId,
  status: word(STATUSES),
  opentm: seconds,
  descr: z.object({
    pair: z.string(),
    type: side,
    ordertype: word(TYPES),
    price: z.string(),
  }),
  vol: decimal,
  vol_exec: decimal,
});
type Order = z.infer<typeof orderShape>;

const resultOf = <Result>(result: z.ZodType<Result>) =>
  z.object({ error: z.array(z.string()).length(0), result }).transform(answer => answer.result as Result);

export const takenShape = resultOf(z.object({ txid: z.array(z.string().min(1)).length(1) }));
export const openShape = resultOf(z.object({ open: z.record(z.string(), orderShape) }));
export const closedShape = resultOf(
  z.object({ closed: z.record(z.string(), orderShape), count: z.number() }),
);
export const namedShape = resultOf(z.record(z.string(), orderShape));
export const canceledShape = resultOf(z.object({ count: z.number().int() }));
export const tradesShape = resultOf(
  z.object({
    trades: z.record(
      z.string(),
      z.object({
        ordertxid: z.string().min(1),
        pair: z.string(),
        time: seconds,
        type: side,
        price: decimal,
        fee: decimal,
        vol: decimal,
        maker: z.boolean(),
      }),
    ),
    count: z.number(),
  }),
);
export const balancesShape = resultOf(
  z.record(z.string(), z.object({ balance: decimal, hold_trade: decimal })),
);
export const tickerShape = resultOf(
  z.record(
    z.string(),
    z.object({ a: z.array(decimal).min(1), b: z.array(decimal).min(1), c: z.array(decimal).min(1) }),
  ),
);

export function only(orders: Readonly<Record<string, Order>>, market: OrderMarket): ReadOrder | null {
  return ordersOf(orders, market)[0] ?? null;
}

export function ordersOf(orders: Readonly<Record<string, Order>>, { venueNames }: OrderMarket): ReadOrder[] {
  return Object.entries(orders)
    .filter(([, { descr }]) => venueNames.has(descr.pair))
    .map(([id, order]) => {
      const type = order.descr.ordertype;
      const price = optionalDecimal.parse(order.descr.price.replace(/^[+-].*$/, ''));
      return {
        venueOrderId: id,
        venueClientId: order.cl_ord_id,
        side: order.descr.type,
        type,
        status: order.status,
        quantity: order.vol,
        filled: order.vol_exec,
        price: type === 'limit' ? price : null,
        stopPrice: type === 'stop' ? price : null,
        time: order.opentm,
      };
    });
}
