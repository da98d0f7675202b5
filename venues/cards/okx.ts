import { z } from 'zod';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import type { AskedOrder, CanceledOrder, OrderCard, PostedOrder, ReadFill, ReadOrder } from './card.ts';
import { HEX_ID } from './client-ids.ts';
import { OKX_MEANINGS, OKX_REJECTIONS, okxCodes } from './okx-codes.ts';
import { algoShape, dataOf, oneOf, orderShape, readAlgo, readOrder } from './okx-orders.ts';
import { byCursor } from './paging.ts';
import { decimal, epochMs, idText, optionalId, side } from './shapes.ts';

/** The venue refuses requests whose timestamp is further away. */
const TIMESTAMP_VALID_MS = 30_000;
const PAGE = 100;
const SPOT = { instType: 'SPOT' };

const namesShape = z.object({ ordId: idText, clOrdId: optionalId, sCode: z.literal('0') });
const algoNamesShape = z.object({ algoId: idText, algoClOrdId: optionalId, sCode: z.literal('0') });

const fillShape = z.object({
  instId: z.string(),
  tradeId: idText,
  billId: z.string().min(1),
  ordId: idText,
  clOrdId: optionalId,
  side,
  fillPx: decimal,
  fillSz: decimal,
  fee: decimal,
  feeCcy: z.string(),
  execType: z.string(),
  ts: epochMs,
});

const balanceShape = z.object({
  details: z.array(z.object({ ccy: z.string().min(1), availBal: decimal, frozenBal: decimal })),
});

export const okx: OrderCard = {
  name: 'okx',
  kind: 'spot',
  exchange: 'okx',
  options: {},
  countsRequests: false,
  clientId: HEX_ID,
  idsUnique: 'ever',
  findsByClientId: true,
  requestExpiryMs: TIMESTAMP_VALID_MS,
  rejections: OKX_REJECTIONS,
  meanings: OKX_MEANINGS,
  codesOf: okxCodes,
  stops: 'market',
  exits: 'legs',
  stopLocksBalance: true,
  testedAgainst: 'recordings',
  quirks: [
    'Ids are at most 32 letters and digits: ours fit without a change.',
    'Answers to new orders and cancels tell ids alone, and an error of the order stands in its row (sCode) beside the answer’s own code.',
    'Stops are algo orders with an interface and ids of their own; a triggered one makes an order whose id its fills carry.',
    'A market buy counts in base only with tgtCcy base_ccy.',
    'Fees are negative numbers, rebates positive ones.',
    'A late request is void 30 s after it was signed, not sooner.',
  ],
  requests: { submit, lookUp, cancel, openOrders, recentOrders, fills, balances, quote, swap: null },
};

async function submit({ ask }: VenueQuestion, order: PostedOrder, market: OrderMarket): Promise<ReadOrder> {
  const shared = {
    instId: market.venueSymbol,
    tdMode: 'cash',
    side: order.side,
    sz: order.quantity,
    tgtCcy: 'base_ccy',
  };
  const { side: orderSide, type, quantity, price, stopPrice, sentAt } = order;
  const asSent = { side: orderSide, type, quantity, price, stopPrice, filled: '0', time: sentAt } as const;
  if (type === 'stop') {
    const stop = await ask(
      'privatePostTradeOrderAlgo',
      {
        ...shared,
        ordType: 'conditional',
        slTriggerPx: stopPrice,
        slOrdPx: '-1',
        algoClOrdId: order.venueClientId,
      },
      oneOf(algoNamesShape),
    );
    return { ...asSent, status: 'open', venueOrderId: stop.algoId, venueClientId: stop.algoClOrdId };
  }
  const terms = type === 'limit' ? { ordType: 'limit', px: price } : { ordType: 'market' };
  const taken = await ask(
    'privatePostTradeOrder',
    { ...shared, ...terms, clOrdId: order.venueClientId },
    oneOf(namesShape),
  );
  return { ...asSent, status: 'open', venueOrderId: taken.ordId, venueClientId: taken.clOrdId };
}

async function lookUp({ ask }: VenueQuestion, order: AskedOrder, { venueSymbol: instId }: OrderMarket) {
  if (order.type !== 'stop') {
    const named = { instId, clOrdId: order.venueClientId };
    const found = await ask('privateGetTradeOrder', named, oneOf(orderShape));
    return readOrder(found);
  }
  const named = { algoClOrdId: order.venueClientId };
  const stop = await ask('privateGetTradeOrderAlgo', named, oneOf(algoShape));
  const ordId = stop.ordId ?? stop.ordIdList?.[0];
  if (ordId === undefined) return readAlgo(stop, null);
  const made = await ask('privateGetTradeOrder', { instId, ordId }, oneOf(orderShape));
  return readAlgo(stop, readOrder(made));
}

async function cancel(
  { ask }: VenueQuestion,
  order: AskedOrder,
  { venueSymbol: instId }: OrderMarket,
): Promise<CanceledOrder> {
  if (order.type === 'stop') {
    const named = [{ instId, algoClOrdId: order.venueClientId }];
    const shape = oneOf(algoNamesShape);
    const stop = await ask('privatePostTradeCancelAlgos', named, shape);
    return { venueClientId: stop.algoClOrdId, venueOrderId: stop.algoId };
  }
  const named = { instId, clOrdId: order.venueClientId };
  const taken = await ask('privatePostTradeCancelOrder', named, oneOf(namesShape));
  return { venueClientId: taken.clOrdId, venueOrderId: taken.ordId };
}

async function openOrders({ ask }: VenueQuestion, market: OrderMarket): Promise<ReadOrder[]> {
  const question = { ...SPOT, instId: market.venueSymbol };
  const orders = await pagesOf(after =>
    ask('privateGetTradeOrdersPending', { ...question, ...after }, rowsOf(orderShape, market)),
  );
  const stops = await algosOf(after =>
    ask(
      'privateGetTradeOrdersAlgoPending',
      { ...question, ordType: 'conditional', ...after },
      rowsOf(algoShape, market),
    ),
  );
  return [...orders.map(readOrder), ...stops.map(stop => readAlgo(stop, null))];
}

async function recentOrders(
  question: VenueQuestion,
  market: OrderMarket,
  since: number,
): Promise<ReadOrder[]> {
  const { ask } = question;
  const asked = { ...SPOT, instId: market.venueSymbol };
  const ended = await pagesOf(after =>
    ask('privateGetTradeOrdersHistory', { ...asked, begin: since, ...after }, rowsOf(orderShape, market)),
  );
  const stops = [];
  for (const state of ['effective', 'canceled', 'order_failed'])
    stops.push(
      ...(await algosOf(after =>
        ask(
          'privateGetTradeOrdersAlgoHistory',
          { ...asked, ordType: 'conditional', state, ...after },
          rowsOf(algoShape, market),
        ),
      )),
    );
  const made = new Map(ended.map(order => [order.ordId, readOrder(order)]));
  const read = stops.map(stop => readAlgo(stop, made.get(stop.ordId ?? stop.ordIdList?.[0] ?? '') ?? null));
  const spawned = new Set(read.map(({ venueOrderId }) => venueOrderId));
  return [
    ...ended.map(readOrder).filter(({ venueOrderId }) => !spawned.has(venueOrderId)),
    ...read,
    ...(await openOrders(question, market)),
  ].filter(({ time }) => time >= since);
}

async function fills({ ask }: VenueQuestion, market: OrderMarket, since: number): Promise<ReadFill[]> {
  const rows = await byCursor(async after => {
    const page = { ...SPOT, instId: market.venueSymbol, begin: since, limit: PAGE };
    const found = await ask(
      'privateGetTradeFillsHistory',
      after === null ? page : { ...page, after },
      rowsOf(fillShape, market),
    );
    return { rows: found, next: found.length < PAGE ? null : (found.at(-1)?.billId ?? null) };
  });
  return rows.map(fill => ({
    tradeId: fill.tradeId,
    venueOrderId: fill.ordId,
    venueClientId: fill.clOrdId,
    side: fill.side,
    price: fill.fillPx,
    quantity: fill.fillSz,
    fees: [{ amount: negated(fill.fee), currency: fill.feeCcy }],
    isMaker: fill.execType === 'M',
    time: fill.ts,
    reason: null,
  }));
}

async function balances({ ask }: VenueQuestion) {
  const account = await ask('privateGetAccountBalance', {}, oneOf(balanceShape));
  return account.details.map(({ ccy, availBal, frozenBal }) => ({
    currency: ccy,
    free: availBal,
    locked: frozenBal,
  }));
}

async function quote({ ask }: VenueQuestion, market: OrderMarket) {
  const ticker = z.object({
    instId: z.literal(market.venueSymbol),
    bidPx: decimal,
    askPx: decimal,
    last: decimal,
    ts: epochMs,
  });
  const named = { instId: market.venueSymbol };
  const found = await ask('publicGetMarketTicker', named, oneOf(ticker));
  return { bid: found.bidPx, ask: found.askPx, last: found.last, time: found.ts };
}

/** Rows of this market and no other. */
function rowsOf<Row extends { readonly instId: string }>(row: z.ZodType<Row>, { venueSymbol }: OrderMarket) {
  return dataOf(row.refine(({ instId }) => instId === venueSymbol));
}

/** Pages of 100, the newest first; the next one is after the last id of the one before. */
function pagesOf<Row extends { readonly ordId: string }>(ask: (after: object) => Promise<readonly Row[]>) {
  return byCursor(async after => {
    const rows = await ask(after === null ? { limit: PAGE } : { limit: PAGE, after });
    return { rows, next: rows.length < PAGE ? null : (rows.at(-1)?.ordId ?? null) };
  });
}

function algosOf<Row extends { readonly algoId: string }>(ask: (after: object) => Promise<readonly Row[]>) {
  return byCursor(async after => {
    const rows = await ask(after === null ? { limit: PAGE } : { limit: PAGE, after });
    return { rows, next: rows.length < PAGE ? null : (rows.at(-1)?.algoId ?? null) };
  });
}

function negated(amount: string): string {
  if (Number(amount) === 0) return '0';
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}
