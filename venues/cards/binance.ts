import { z } from 'zod';
import type { OrderType } from '../../contracts/trading.ts';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import { BINANCE_MEANINGS, BINANCE_REJECTIONS, binanceCodes } from './binance-codes.ts';
import type { AskedOrder, CanceledOrder, OrderCard, PostedOrder, ReadFill, ReadOrder } from './card.ts';
import { HEX_ID } from './client-ids.ts';
import { fromIdOn } from './paging.ts';
import { decimal, epochMs, idText, optionalDecimal, optionalId, side, word } from './shapes.ts';

/** Trades and orders in one answer, at most. */
const PAGE = 1_000;
/** ms after its timestamp at which a request is void; ccxt's default is twice as long. */
const RECV_WINDOW_MS = 5_000;

const STATUSES = {
  NEW: 'open',
  PENDING_NEW: 'open',
  PARTIALLY_FILLED: 'open',
  PENDING_CANCEL: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
} as const;

const TYPES: Readonly<Record<string, OrderType>> = {
  LIMIT: 'limit',
  LIMIT_MAKER: 'limit',
  MARKET: 'market',
  STOP_LOSS: 'stop',
  STOP_LOSS_LIMIT: 'stop',
  TAKE_PROFIT: 'stop',
  TAKE_PROFIT_LIMIT: 'stop',
};

const orderShape = z
  .object({
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
    time: epochMs.optional(),
    transactTime: epochMs.optional(),
  })
  .refine(order => order.time !== undefined || order.transactTime !== undefined);

const tradeShape = z.object({
  symbol: z.string(),
  id: idText,
  orderId: idText,
  price: decimal,
  qty: decimal,
  commission: decimal,
  commissionAsset: z.string(),
  time: epochMs,
  isBuyer: z.boolean(),
  isMaker: z.boolean(),
});

/** Its `clientOrderId` is the cancel's own; the order's stands in `origClientOrderId`. */
const cancelShape = z.object({ orderId: idText, origClientOrderId: z.string().min(1) });

const accountShape = z.object({
  balances: z.array(z.object({ asset: z.string().min(1), free: decimal, locked: decimal })),
});

const tickerShape = z.object({
  symbol: z.string(),
  bidPrice: decimal,
  askPrice: decimal,
  lastPrice: decimal,
  closeTime: epochMs,
});

export const binance: OrderCard = {
  name: 'binance',
  kind: 'spot',
  exchange: 'binance',
  options: { recvWindow: RECV_WINDOW_MS },
  countsRequests: false,
  clientId: HEX_ID,
  idsUnique: 'open',
  findsByClientId: true,
  requestExpiryMs: RECV_WINDOW_MS,
  rejections: BINANCE_REJECTIONS,
  meanings: BINANCE_MEANINGS,
  codesOf: binanceCodes,
  stops: 'market',
  exits: 'legs',
  stopLocksBalance: true,
  testedAgainst: 'loopback',
  quirks: [
    'An id may be used again once its order does not rest any more; only ours are never used twice.',
    'The answer to a cancel carries the cancel’s own clientOrderId; the order’s is origClientOrderId.',
    'Fees are in the trades alone, of buys in base unless the account pays in BNB.',
    'A query may lag behind the order: “not found” right after sending proves nothing.',
    '−2010 is a duplicate id, a lack of funds or a closed market: the message decides.',
    'A 429 may come after the order was taken: it leaves the order unknown.',
  ],
  requests: { submit, lookUp, cancel, openOrders, recentOrders, fills, balances, quote, swap: null },
};

async function submit({ ask }: VenueQuestion, order: PostedOrder, market: OrderMarket): Promise<ReadOrder> {
  const terms = {
    market: { type: 'MARKET' },
    limit: { type: 'LIMIT', price: order.price, timeInForce: 'GTC' },
    stop: { type: 'STOP_LOSS', stopPrice: order.stopPrice },
  }[order.type];
  const parameters = {
    symbol: market.venueSymbol,
    side: order.side.toUpperCase(),
    quantity: order.quantity,
    newClientOrderId: order.venueClientId,
    newOrderRespType: 'RESULT',
    timestamp: order.sentAt,
    recvWindow: RECV_WINDOW_MS,
    ...terms,
  };
  return readOrder(await ask('privatePostOrder', parameters, orderShape));
}

async function lookUp({ ask }: VenueQuestion, order: AskedOrder, market: OrderMarket): Promise<ReadOrder> {
  const parameters = { symbol: market.venueSymbol, origClientOrderId: order.venueClientId };
  return readOrder(await ask('privateGetOrder', parameters, orderShape));
}

async function cancel(
  { ask }: VenueQuestion,
  order: AskedOrder,
  market: OrderMarket,
): Promise<CanceledOrder> {
  const parameters = { symbol: market.venueSymbol, origClientOrderId: order.venueClientId };
  const { orderId, origClientOrderId } = await ask('privateDeleteOrder', parameters, cancelShape);
  return { venueOrderId: orderId, venueClientId: origClientOrderId };
}

async function openOrders({ ask }: VenueQuestion, market: OrderMarket): Promise<ReadOrder[]> {
  const orders = await ask('privateGetOpenOrders', { symbol: market.venueSymbol }, ordersOf(market));
  return orders.map(readOrder);
}

async function recentOrders(
  { ask }: VenueQuestion,
  market: OrderMarket,
  since: number,
): Promise<ReadOrder[]> {
  const orders = await fromIdOn(
    id => {
      const from = id === null ? { startTime: since } : { orderId: id };
      const page = { symbol: market.venueSymbol, limit: PAGE, ...from };
      return ask('privateGetAllOrders', page, ordersOf(market));
    },
    { idOf: ({ orderId }) => orderId, isLast: page => page.length < PAGE },
  );
  return orders.map(readOrder);
}

async function fills({ ask }: VenueQuestion, market: OrderMarket, since: number): Promise<ReadFill[]> {
  const ofMarket = z.array(tradeShape.refine(({ symbol }) => symbol === market.venueSymbol));
  const trades = await fromIdOn(
    id => {
      const from = id === null ? { startTime: since } : { fromId: id };
      return ask('privateGetMyTrades', { symbol: market.venueSymbol, limit: PAGE, ...from }, ofMarket);
    },
    { idOf: ({ id }) => id, isLast: page => page.length < PAGE },
  );
  return trades.map(readFill);
}

async function balances({ ask }: VenueQuestion) {
  const account = await ask('privateGetAccount', {}, accountShape);
  return account.balances.map(({ asset, free, locked }) => ({ currency: asset, free, locked }));
}

async function quote({ ask }: VenueQuestion, market: OrderMarket) {
  const ticker = await ask('publicGetTicker24hr', { symbol: market.venueSymbol }, tickerShape);
  return { bid: ticker.bidPrice, ask: ticker.askPrice, last: ticker.lastPrice, time: ticker.closeTime };
}

/** Orders of this market and no other. */
function ordersOf({ venueSymbol }: OrderMarket) {
  return z.array(orderShape.refine(({ symbol }) => symbol === venueSymbol));
}

function readOrder(order: z.infer<typeof orderShape>): ReadOrder {
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
    time: order.time ?? order.transactTime ?? 0,
  };
}

function readFill(trade: z.infer<typeof tradeShape>): ReadFill {
  return {
    tradeId: trade.id,
    venueOrderId: trade.orderId,
    venueClientId: null,
    side: trade.isBuyer ? 'buy' : 'sell',
    price: trade.price,
    quantity: trade.qty,
    fees: [{ amount: trade.commission, currency: trade.commissionAsset }],
    isMaker: trade.isMaker,
    time: trade.time,
    reason: null,
  };
}
