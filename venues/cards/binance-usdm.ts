import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import { BINANCE_MEANINGS, binanceCodes, USDM_REJECTIONS } from './binance-codes.ts';
import {
  algoShape,
  canceledAlgoShape,
  canceledShape,
  futuresOrderShape,
  readAlgo,
  readFuturesOrder,
} from './binance-usdm-orders.ts';
import type { AskedOrder, CanceledOrder, OrderCard, PostedOrder, ReadFill, ReadOrder } from './card.ts';
import { HEX_ID } from './client-ids.ts';
import { fromIdOn, inWindows } from './paging.ts';
import { decimal, epochMs, idText, side } from './shapes.ts';

const PAGE = 1_000;
const RECV_WINDOW_MS = 5_000;
const WEEK_MS = 7 * 86_400_000;
/** The venue keeps no longer history. */
const HISTORY_MS = 90 * 86_400_000;

const tradeShape = z.object({
  symbol: z.string(),
  id: idText,
  orderId: idText,
  side,
  price: decimal,
  qty: decimal,
  commission: decimal,
  commissionAsset: z.string(),
  time: epochMs,
  maker: z.boolean(),
});

const balanceShape = z.object({ asset: z.string().min(1), balance: decimal, availableBalance: decimal });
const positionShape = z.object({ symbol: z.string(), positionAmt: decimal, entryPrice: decimal });
const configShape = z
  .array(
    z.object({
      symbol: z.string(),
      marginType: z.enum(['ISOLATED', 'CROSSED']),
      leverage: z.number().positive(),
    }),
  )
  .length(1);

export const binanceUsdm: OrderCard = {
  name: 'binance-usdm',
  kind: 'swap',
  exchange: 'binanceusdm',
  options: { recvWindow: RECV_WINDOW_MS },
  countsRequests: false,
  clientId: HEX_ID,
  idsUnique: 'open',
  findsByClientId: true,
  requestExpiryMs: RECV_WINDOW_MS,
  rejections: USDM_REJECTIONS,
  meanings: BINANCE_MEANINGS,
  codesOf: binanceCodes,
  stops: 'market',
  exits: 'legs',
  stopLocksBalance: false,
  testedAgainst: 'recordings',
  quirks: [
    'Stops are conditional orders with an interface and a list of their own (ccxt’s `trigger: true`); others never show them.',
    'A triggered stop makes an order with another id, which its fills carry: a look-up tells that id from then on.',
    'Ids are at most 36 long and unique among resting orders only.',
    'One-way mode is taken for granted: in hedge mode reduce-only is refused.',
    'Liquidations are trades without an order of ours; they are told apart by the list of forced orders of the last week.',
    'Trades and orders are answered a week at a time, and for some months back.',
  ],
  requests: {
    submit,
    lookUp,
    cancel,
    openOrders,
    recentOrders,
    fills,
    balances,
    quote,
    swap: { positions, settings },
  },
};

async function submit({ ask }: VenueQuestion, order: PostedOrder, market: OrderMarket): Promise<ReadOrder> {
  const shared = {
    symbol: market.venueSymbol,
    side: order.side.toUpperCase(),
    quantity: order.quantity,
    ...(order.reduceOnly ? { reduceOnly: 'true' } : {}),
    timestamp: order.sentAt,
    recvWindow: RECV_WINDOW_MS,
  };
  if (order.type === 'stop') {
    const conditional = {
      ...shared,
      algoType: 'CONDITIONAL',
      type: 'STOP_MARKET',
      triggerPrice: order.stopPrice,
      workingType: 'CONTRACT_PRICE',
      clientAlgoId: order.venueClientId,
    };
    return readAlgo(await ask('fapiPrivatePostAlgoOrder', conditional, algoShape), null);
  }
  const terms =
    order.type === 'limit' ? { type: 'LIMIT', price: order.price, timeInForce: 'GTC' } : { type: 'MARKET' };
  const parameters = {
    ...shared,
    ...terms,
    newClientOrderId: order.venueClientId,
    newOrderRespType: 'RESULT',
  };
  return readFuturesOrder(await ask('fapiPrivatePostOrder', parameters, futuresOrderShape));
}

async function lookUp(
  { ask }: VenueQuestion,
  order: AskedOrder,
  { venueSymbol }: OrderMarket,
): Promise<ReadOrder> {
  if (order.type !== 'stop') {
    const parameters = { symbol: venueSymbol, origClientOrderId: order.venueClientId };
    return readFuturesOrder(await ask('fapiPrivateGetOrder', parameters, futuresOrderShape));
  }
  const stop = await ask('fapiPrivateGetAlgoOrder', { clientAlgoId: order.venueClientId }, algoShape);
  if (stop.actualOrderId === null) return readAlgo(stop, null);
  const parameters = { symbol: venueSymbol, orderId: stop.actualOrderId };
  return readAlgo(stop, readFuturesOrder(await ask('fapiPrivateGetOrder', parameters, futuresOrderShape)));
}

async function cancel(
  { ask }: VenueQuestion,
  order: AskedOrder,
  { venueSymbol }: OrderMarket,
): Promise<CanceledOrder> {
  if (order.type === 'stop') {
    const parameters = { clientAlgoId: order.venueClientId };
    const stop = await ask('fapiPrivateDeleteAlgoOrder', parameters, canceledAlgoShape);
    return { venueOrderId: stop.algoId, venueClientId: stop.clientAlgoId };
  }
  const parameters = { symbol: venueSymbol, origClientOrderId: order.venueClientId };
  const canceled = await ask('fapiPrivateDeleteOrder', parameters, canceledShape);
  return { venueOrderId: canceled.orderId, venueClientId: canceled.clientOrderId };
}

async function openOrders(
  { ask }: VenueQuestion,
  { venueSymbol: symbol }: OrderMarket,
): Promise<ReadOrder[]> {
  const orders = await ask('fapiPrivateGetOpenOrders', { symbol }, rowsOf(futuresOrderShape, symbol));
  const stops = await ask('fapiPrivateGetOpenAlgoOrders', { symbol }, rowsOf(algoShape, symbol));
  return [...orders.map(readFuturesOrder), ...stops.map(stop => readAlgo(stop, null))];
}

async function recentOrders(
  { ask, time }: VenueQuestion,
  { venueSymbol: symbol }: OrderMarket,
  since: number,
): Promise<ReadOrder[]> {
  const range = { since: Math.max(since, time - HISTORY_MS), until: time, windowMs: WEEK_MS };
  // A full page would hide the rest of its week.
  const weekOf = <Row extends z.ZodType<{ readonly symbol: string }>>(endpoint: string, row: Row) =>
    inWindows(range, (startTime, endTime) =>
      ask(endpoint, { symbol, startTime, endTime, limit: PAGE }, rowsOf(row, symbol).max(PAGE - 1)),
    );
  const orders = (await weekOf('fapiPrivateGetAllOrders', futuresOrderShape)).map(readFuturesOrder);
  const stops = await weekOf('fapiPrivateGetAllAlgoOrders', algoShape);
  const made = new Map(orders.map(order => [order.venueOrderId, order]));
  return [
    ...orders.filter(({ venueOrderId }) => !stops.some(stop => stop.actualOrderId === venueOrderId)),
    ...stops.map(stop => readAlgo(stop, made.get(stop.actualOrderId ?? '') ?? null)),
  ];
}

async function fills(
  { ask, time }: VenueQuestion,
  { venueSymbol: symbol }: OrderMarket,
  since: number,
): Promise<ReadFill[]> {
  const pageOf = (from: object) =>
    ask('fapiPrivateGetUserTrades', { symbol, limit: PAGE, ...from }, rowsOf(tradeShape, symbol));
  // A start alone is a week's; from the first trade on, their ids lead through all weeks.
  const firstOnes = async () => {
    for (let from = Math.max(since, time - HISTORY_MS); from <= time; from += WEEK_MS) {
      const week = await pageOf({ startTime: from, endTime: from + WEEK_MS - 1 });
      if (week.length > 0) return week;
    }
    return [];
  };
  const trades = await fromIdOn(id => (id === null ? firstOnes() : pageOf({ fromId: id })), {
    idOf: ({ id }) => id,
    isLast: page => page.length === 0,
  });
  if (trades.length === 0) return [];
  const forced = await ask(
    'fapiPrivateGetForceOrders',
    { symbol, startTime: Math.max(since, time - WEEK_MS), limit: 100 },
    z.array(z.object({ orderId: idText })),
  );
  const forcedIds = new Set(forced.map(({ orderId }) => orderId));
  return trades.map(trade => ({
    tradeId: trade.id,
    venueOrderId: trade.orderId,
    venueClientId: null,
    side: trade.side,
    price: trade.price,
    quantity: trade.qty,
    fees: [{ amount: trade.commission, currency: trade.commissionAsset }],
    isMaker: trade.maker,
    time: trade.time,
    reason: forcedIds.has(trade.orderId) ? 'liquidation' : null,
  }));
}

async function balances({ ask }: VenueQuestion) {
  const rows = await ask('fapiPrivateV3GetBalance', {}, z.array(balanceShape));
  return rows.map(({ asset, balance, availableBalance }) => ({
    currency: asset,
    free: availableBalance,
    locked: Decimal.max(new Decimal(balance).minus(availableBalance), 0).toFixed(),
  }));
}

async function quote({ ask }: VenueQuestion, { venueSymbol: symbol }: OrderMarket) {
  const book = await ask(
    'fapiPublicGetTickerBookTicker',
    { symbol },
    z.object({ symbol: z.literal(symbol), bidPrice: decimal, askPrice: decimal, time: epochMs }),
  );
  const last = await ask(
    'fapiPublicGetTickerPrice',
    { symbol },
    z.object({ symbol: z.literal(symbol), price: decimal }),
  );
  return { bid: book.bidPrice, ask: book.askPrice, last: last.price, time: book.time };
}

async function positions(question: VenueQuestion) {
  const rows = await question.ask('fapiPrivateV3GetPositionRisk', {}, z.array(positionShape));
  return rows
    .filter(({ positionAmt }) => Number(positionAmt) !== 0)
    .map(({ symbol, positionAmt, entryPrice }) => ({
      symbol: question.symbol(symbol) ?? symbol,
      quantity: positionAmt,
      entryPrice,
      leverage: null,
    }));
}

async function settings({ ask }: VenueQuestion, { venueSymbol: symbol }: OrderMarket) {
  const mode = await ask('fapiPrivateGetPositionSideDual', {}, z.object({ dualSidePosition: z.boolean() }));
  const [config] = await ask('fapiPrivateGetSymbolConfig', { symbol }, configShape);
  return {
    positionMode: mode.dualSidePosition ? ('hedge' as const) : ('one-way' as const),
    marginMode: config.marginType === 'ISOLATED' ? ('isolated' as const) : ('cross' as const),
    leverage: String(config.leverage),
  };
}

/** Rows of this market and no other. */
function rowsOf<Row extends z.ZodType<{ readonly symbol: string }>>(row: Row, venueSymbol: string) {
  return z.array(row.refine(({ symbol }) => symbol === venueSymbol));
}
