import { Decimal } from 'decimal.js';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import type { AskedOrder, CanceledOrder, OrderCard, PostedOrder, ReadFill, ReadOrder } from './card.ts';
import { HEX_ID } from './client-ids.ts';
import {
  balancesShape,
  canceledShape,
  closedShape,
  namedShape,
  only,
  openShape,
  ordersOf,
  takenShape,
  tickerShape,
  tradesShape,
} from './kraken-answers.ts';
import { KRAKEN_MEANINGS, KRAKEN_REJECTIONS, krakenCodes } from './kraken-codes.ts';
import { goesInCircles } from './paging.ts';

/** The venue takes deadlines from 2 to 60 s ahead. */
const DEADLINE_MS = 10_000;

export const kraken: OrderCard = {
  name: 'kraken',
  kind: 'spot',
  exchange: 'kraken',
  options: {},
  countsRequests: true,
  clientId: HEX_ID,
  idsUnique: 'open',
  findsByClientId: true,
  requestExpiryMs: DEADLINE_MS,
  rejections: KRAKEN_REJECTIONS,
  meanings: KRAKEN_MEANINGS,
  codesOf: krakenCodes,
  stops: 'market',
  exits: 'legs',
  stopLocksBalance: true,
  testedAgainst: 'recordings',
  quirks: [
    'The answer to a new order names the venue’s id alone: what became of it is looked up.',
    'Looked up by cl_ord_id among open, then closed orders; ccxt’s own look-up would send the id as userref.',
    'Requests are numbered: give the key a nonce window, and no other program the same key.',
    'Answers tell all pairs; rows of others are dropped here.',
    'Fees are asked for in quote (`fciq`), since trades do not name a currency.',
    'A deadline of 10 s voids an order that was held up.',
  ],
  requests: { submit, lookUp, cancel, openOrders, recentOrders, fills, balances, quote, swap: null },
};

async function submit({ ask }: VenueQuestion, order: PostedOrder, market: OrderMarket): Promise<ReadOrder> {
  const terms = {
    market: { ordertype: 'market' },
    limit: { ordertype: 'limit', price: order.price },
    stop: { ordertype: 'stop-loss', price: order.stopPrice },
  }[order.type];
  const taken = await ask(
    'privatePostAddOrder',
    {
      pair: market.venueSymbol,
      type: order.side,
      volume: order.quantity,
      ...terms,
      oflags: 'fciq',
      cl_ord_id: order.venueClientId,
      deadline: new Date(order.sentAt + DEADLINE_MS).toISOString(),
    },
    takenShape,
  );
  const { side: orderSide, type, quantity, price, stopPrice, sentAt } = order;
  return {
    venueOrderId: taken.txid[0],
    venueClientId: null,
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

async function lookUp(
  { ask }: VenueQuestion,
  order: AskedOrder,
  market: OrderMarket,
): Promise<ReadOrder | null> {
  if (order.venueOrderId !== null) {
    const named = await ask('privatePostQueryOrders', { txid: order.venueOrderId }, namedShape);
    return only(named, market);
  }
  const cl_ord_id = order.venueClientId;
  const { open } = await ask('privatePostOpenOrders', { cl_ord_id }, openShape);
  const resting = only(open, market);
  if (resting) return resting;
  const { closed } = await ask('privatePostClosedOrders', { cl_ord_id }, closedShape);
  return only(closed, market);
}

async function cancel({ ask }: VenueQuestion, order: AskedOrder): Promise<CanceledOrder | 'gone'> {
  const { count } = await ask('privatePostCancelOrder', { cl_ord_id: order.venueClientId }, canceledShape);
  return count === 0 ? 'gone' : { venueClientId: null, venueOrderId: null };
}

async function openOrders({ ask }: VenueQuestion, market: OrderMarket): Promise<ReadOrder[]> {
  const { open } = await ask('privatePostOpenOrders', {}, openShape);
  return ordersOf(open, market);
}

async function recentOrders(
  question: VenueQuestion,
  market: OrderMarket,
  since: number,
): Promise<ReadOrder[]> {
  const closed = await byOffset(async ofs => {
    const page = await question.ask(
      'privatePostClosedOrders',
      { start: startOf(since), ofs, closetime: 'open' },
      closedShape,
    );
    return { rows: Object.entries(page.closed), count: page.count };
  });
  const open = await openOrders(question, market);
  return [...ordersOf(Object.fromEntries(closed), market), ...open.filter(({ time }) => time >= since)];
}

async function fills({ ask }: VenueQuestion, market: OrderMarket, since: number): Promise<ReadFill[]> {
  const trades = await byOffset(async ofs => {
    const page = await ask('privatePostTradesHistory', { start: startOf(since), ofs }, tradesShape);
    return { rows: Object.entries(page.trades), count: page.count };
  });
  return trades
    .filter(([, { pair }]) => market.venueNames.has(pair))
    .map(([tradeId, trade]) => ({
      tradeId,
      venueOrderId: trade.ordertxid,
      venueClientId: null,
      side: trade.type,
      price: trade.price,
      quantity: trade.vol,
      fees: [{ amount: trade.fee, currency: market.quote }],
      isMaker: trade.maker,
      time: trade.time,
      reason: null,
    }));
}

async function balances({ ask, currency }: VenueQuestion) {
  const rows = await ask('privatePostBalanceEx', {}, balancesShape);
  return Object.entries(rows).map(([asset, { balance, hold_trade }]) => ({
    currency: currency(asset),
    free: new Decimal(balance).minus(hold_trade).toFixed(),
    locked: hold_trade,
  }));
}

async function quote({ ask, time }: VenueQuestion, market: OrderMarket) {
  const tickers = await ask('publicGetTicker', { pair: market.venueSymbol }, tickerShape);
  const { a, b, c } = Object.values(tickers)[0];
  return { bid: b[0], ask: a[0], last: c[0], time };
}

/** The start is exclusive, in seconds. */
function startOf(since: number): string {
  return ((since - 1) / 1_000).toFixed(3);
}

/** Pages of 50, the newest first, by how many came already, until as many came as there are. */
async function byOffset<Row>(
  ask: (
    offset: number,
  ) => Promise<{ readonly rows: readonly (readonly [id: string, row: Row])[]; readonly count: number }>,
): Promise<[string, Row][]> {
  const found = new Map<string, Row>();
  for (;;) {
    const before = found.size;
    const { rows, count } = await ask(before);
    for (const [id, row] of rows) found.set(id, row);
    if (rows.length === 0 || found.size >= count) return [...found];
    if (found.size === before) throw goesInCircles();
  }
}
