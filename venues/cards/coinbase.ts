import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import { VenueRefusal } from '../venue-refusal.ts';
import type { AskedOrder, CanceledOrder, OrderCard, PostedOrder, ReadFill, ReadOrder } from './card.ts';
import { UUID_ID } from './client-ids.ts';
import { COINBASE_MEANINGS, COINBASE_REJECTIONS, coinbaseCodes } from './coinbase-codes.ts';
import { onTick, orderShape, readOrder } from './coinbase-orders.ts';
import { byCursor } from './paging.ts';
import { decimal, isoTime, optionalId, side } from './shapes.ts';

const PAGE = 250;
/** A market buy counts in quote alone; one in base goes as a limit order at once or never, so far through the ask. */
const MARKET_BUY_LIMIT = '1.01';
/** So far beyond its trigger a stop may still be sold or bought. */
const STOP_LIMIT = { sell: '0.95', buy: '1.05' } as const;
/** Orders are listed by when they were made, on the venue's clock. */
const SENT_EARLIER_MS = 60_000;

/** Words of a failed cancel after which there is nothing to cancel. */
const GONE = new Set([
  'UNKNOWN_CANCEL_ORDER',
  'ORDER_IS_FULLY_FILLED',
  'ORDER_IS_CANCELLED',
  'ORDER_IS_EXPIRED',
  'INVALID_CANCEL_REQUEST',
]);

const takenShape = z.object({
  success: z.literal(true),
  success_response: z.object({ order_id: z.string().min(1), client_order_id: optionalId }),
});

const canceledShape = z.object({
  results: z
    .array(z.object({ success: z.boolean(), failure_reason: z.string(), order_id: z.string() }))
    .length(1),
});

const fillShape = z.object({
  entry_id: z.string().min(1),
  order_id: z.string().min(1),
  product_id: z.string(),
  trade_time: isoTime,
  price: decimal,
  size: decimal,
  size_in_quote: z.boolean(),
  commission: decimal,
  liquidity_indicator: z.string(),
  side,
});

const accountShape = z.object({
  currency: z.string().min(1),
  available_balance: z.object({ value: decimal }),
  hold: z.object({ value: decimal }),
});

export const coinbase: OrderCard = {
  name: 'coinbase',
  kind: 'spot',
  exchange: 'coinbase',
  options: {},
  countsRequests: false,
  clientId: UUID_ID,
  idsUnique: 'ever',
  findsByClientId: false,
  requestExpiryMs: null,
  rejections: COINBASE_REJECTIONS,
  meanings: COINBASE_MEANINGS,
  codesOf: coinbaseCodes,
  stops: 'limit',
  exits: 'legs',
  stopLocksBalance: true,
  testedAgainst: 'recordings',
  quirks: [
    'The id goes as client_order_id, a UUID: ccxt’s createOrder drops it and makes one of its own.',
    'There is no look-up by that id: it is searched for in the list of orders. A second POST of an id would answer with the first order; none is ever sent.',
    'Requests never end: an order that is not found is settled by an operator.',
    'Stops are stop-limit orders, 5 % beyond their trigger: a fall through both leaves them resting.',
    'A market buy counts in quote: one in base goes as a limit order at once or never, 1 % through the ask.',
    'Failed orders are told as canceled by ccxt; here they are rejected.',
  ],
  requests: { submit, lookUp, cancel, openOrders, recentOrders, fills, balances, quote, swap: null },
};

async function submit(question: VenueQuestion, order: PostedOrder, market: OrderMarket): Promise<ReadOrder> {
  const order_configuration = await configurationOf(question, order, market);
  const taken = await question.ask(
    'v3PrivatePostBrokerageOrders',
    {
      client_order_id: order.venueClientId,
      product_id: market.venueSymbol,
      side: order.side.toUpperCase(),
      order_configuration,
    },
    takenShape,
  );
  const { side: orderSide, type, quantity, price, stopPrice, sentAt } = order;
  return {
    venueOrderId: taken.success_response.order_id,
    venueClientId: taken.success_response.client_order_id,
    side: orderSide,
    type,
    status: 'open',
    quantity,
    filled: '0',
    price,
    stopPrice,
    time: sentAt,
  };
}

async function configurationOf(question: VenueQuestion, order: PostedOrder, market: OrderMarket) {
  const base_size = order.quantity;
  if (order.type === 'limit')
    return { limit_limit_gtc: { base_size, limit_price: order.price, post_only: false } };
  if (order.type === 'stop') {
    const limit = new Decimal(order.stopPrice ?? 0).times(STOP_LIMIT[order.side]);
    return {
      stop_limit_stop_limit_gtc: {
        base_size,
        limit_price: onTick(limit, market.tick, order.side),
        stop_price: order.stopPrice,
        stop_direction: order.side === 'sell' ? 'STOP_DIRECTION_STOP_DOWN' : 'STOP_DIRECTION_STOP_UP',
      },
    };
  }
  if (order.side === 'sell') return { market_market_ioc: { base_size } };
  const { ask } = await quote(question, market);
  const limit_price = onTick(new Decimal(ask).times(MARKET_BUY_LIMIT), market.tick, 'buy');
  return { sor_limit_ioc: { base_size, limit_price } };
}

async function lookUp(
  question: VenueQuestion,
  order: AskedOrder,
  market: OrderMarket,
): Promise<ReadOrder | null> {
  if (order.venueOrderId !== null) {
    const parameters = { order_id: order.venueOrderId };
    const shape = z.object({ order: orderShape });
    return readOrder(
      (await question.ask('v3PrivateGetBrokerageOrdersHistoricalOrderId', parameters, shape)).order,
    );
  }
  const since = order.sentAt - SENT_EARLIER_MS;
  const orders = await recentOrders(question, market, since);
  return orders.find(({ venueClientId }) => venueClientId === order.venueClientId) ?? null;
}

async function cancel(
  question: VenueQuestion,
  order: AskedOrder,
  market: OrderMarket,
): Promise<CanceledOrder | 'gone'> {
  const order_id = order.venueOrderId ?? (await lookUp(question, order, market))?.venueOrderId;
  if (order_id === undefined) return 'gone';
  const parameters = { order_ids: [order_id] };
  const { results } = await question.ask(
    'v3PrivatePostBrokerageOrdersBatchCancel',
    parameters,
    canceledShape,
  );
  const [{ success, failure_reason, order_id: canceledId }] = results;
  if (success) return { venueClientId: null, venueOrderId: canceledId };
  if (GONE.has(failure_reason)) return 'gone';
  throw new VenueRefusal([failure_reason], 200);
}

function openOrders(question: VenueQuestion, market: OrderMarket): Promise<ReadOrder[]> {
  return ordersOf(question, market, { order_status: 'OPEN' });
}

function recentOrders(question: VenueQuestion, market: OrderMarket, since: number): Promise<ReadOrder[]> {
  return ordersOf(question, market, { start_date: new Date(since).toISOString() });
}

async function ordersOf({ ask }: VenueQuestion, { venueSymbol: product_id }: OrderMarket, filter: object) {
  const shape = z.object({
    orders: z.array(orderShape.refine(order => order.product_id === product_id)),
    has_next: z.boolean(),
    cursor: optionalId,
  });
  const orders = await byCursor(async cursor => {
    const question = { product_id, limit: PAGE, ...filter, ...(cursor === null ? {} : { cursor }) };
    const page = await ask('v3PrivateGetBrokerageOrdersHistoricalBatch', question, shape);
    return { rows: page.orders, next: page.has_next ? page.cursor : null };
  });
  return orders.map(readOrder);
}

async function fills(
  { ask }: VenueQuestion,
  { venueSymbol: product_id, quote: quoteCurrency }: OrderMarket,
  since: number,
): Promise<ReadFill[]> {
  const shape = z.object({
    fills: z.array(fillShape.refine(fill => fill.product_id === product_id)),
    cursor: optionalId,
  });
  const rows = await byCursor(async cursor => {
    const start_sequence_timestamp = new Date(since).toISOString();
    const question = { product_id, start_sequence_timestamp, limit: PAGE };
    const page = await ask(
      'v3PrivateGetBrokerageOrdersHistoricalFills',
      cursor === null ? question : { ...question, cursor },
      shape,
    );
    return { rows: page.fills, next: page.fills.length < PAGE ? null : page.cursor };
  });
  return rows.map(fill => ({
    tradeId: fill.entry_id,
    venueOrderId: fill.order_id,
    venueClientId: null,
    side: fill.side,
    price: fill.price,
    // Sizes in quote are of orders by amount, which are never ours.
    quantity: fill.size_in_quote
      ? new Decimal(fill.size).div(fill.price).toDecimalPlaces(8, Decimal.ROUND_FLOOR).toFixed()
      : fill.size,
    fees: [{ amount: fill.commission, currency: quoteCurrency }],
    isMaker: fill.liquidity_indicator === 'MAKER',
    time: fill.trade_time,
    reason: null,
  }));
}

async function balances({ ask }: VenueQuestion) {
  const shape = z.object({ accounts: z.array(accountShape), has_next: z.boolean(), cursor: optionalId });
  const accounts = await byCursor(async cursor => {
    const question = { limit: PAGE, ...(cursor === null ? {} : { cursor }) };
    const page = await ask('v3PrivateGetBrokerageAccounts', question, shape);
    return { rows: page.accounts, next: page.has_next ? page.cursor : null };
  });
  return accounts.map(({ currency, available_balance, hold }) => ({
    currency,
    free: available_balance.value,
    locked: hold.value,
  }));
}

async function quote({ ask, time }: VenueQuestion, { venueSymbol: product_id }: OrderMarket) {
  const shape = z.object({
    trades: z.array(z.object({ price: decimal })).min(1),
    best_bid: decimal,
    best_ask: decimal,
  });
  const ticker = await ask('v3PrivateGetBrokerageProductsProductIdTicker', { product_id, limit: 1 }, shape);
  return { bid: ticker.best_bid, ask: ticker.best_ask, last: ticker.trades[0].price, time };
}
