import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { OrderType } from '../../contracts/trading.ts';
import type { RejectionCode } from '../../contracts/venue.ts';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import type {
  AnswerMeaning,
  AskedOrder,
  CanceledOrder,
  OrderCard,
  PostedOrder,
  ReadFill,
  ReadOrder,
} from './card.ts';
import { HEX_ID } from './client-ids.ts';
import { decimal, optionalDecimal, optionalId, side, word } from './shapes.ts';

/** The venue takes deadlines from 2 to 60 s ahead. */
const DEADLINE_MS = 10_000;

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

/** https://docs.kraken.com/api/docs/guides/spot-errors: an order with one of these was not taken. */
const REJECTIONS: Readonly<Record<string, RejectionCode>> = {
  'EOrder:Insufficient funds': 'insufficient-balance',
  'EOrder:Order minimum not met': 'filter',
  'EOrder:Cost minimum not met': 'filter',
  'EOrder:Tick size check failed': 'filter',
  'EGeneral:Invalid arguments:volume': 'filter',
  'EGeneral:Invalid arguments:price': 'filter',
  'EOrder:Invalid price': 'filter',
  'EOrder:Orders limit exceeded': 'other',
  'EOrder:Positions limit exceeded': 'other',
  'EOrder:Rate limit exceeded': 'rate-limit',
  'EOrder:Domain rate limit exceeded': 'rate-limit',
  'EOrder:Deadline elapsed': 'expired-request',
  'EOrder:Invalid order': 'other',
  'EGeneral:Invalid arguments': 'other',
  'EGeneral:Permission denied': 'permission',
  'EAPI:Invalid key': 'permission',
  'EAPI:Invalid signature': 'permission',
  'EAPI:Invalid nonce': 'other',
  'EQuery:Unknown asset pair': 'symbol-closed',
  'EService:Market in cancel_only mode': 'symbol-closed',
  'EService:Market in post_only mode': 'symbol-closed',
  'EOrder:cl_ord_id already in use': 'duplicate-id',
};

const MEANINGS: Readonly<Record<string, AnswerMeaning>> = {
  'EAPI:Invalid key': 'keys',
  'EAPI:Invalid signature': 'keys',
  'EGeneral:Permission denied': 'keys',
  'EAPI:Rate limit exceeded': 'wait',
  'EGeneral:Too many requests': 'wait',
  'EGeneral:Temporary lockout': 'wait',
  'EService:Unavailable': 'maintenance',
  'EOrder:Unknown order': 'gone',
  'EQuery:Unknown asset pair': 'symbol',
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

const takenShape = resultOf(z.object({ txid: z.array(z.string().min(1)).length(1) }));
const openShape = resultOf(z.object({ open: z.record(z.string(), orderShape) }));
const closedShape = resultOf(z.object({ closed: z.record(z.string(), orderShape), count: z.number() }));
const namedShape = resultOf(z.record(z.string(), orderShape));
const canceledShape = resultOf(z.object({ count: z.number().int() }));
const tradesShape = resultOf(
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
const balancesShape = resultOf(z.record(z.string(), z.object({ balance: decimal, hold_trade: decimal })));
const tickerShape = resultOf(
  z.record(
    z.string(),
    z.object({ a: z.array(decimal).min(1), b: z.array(decimal).min(1), c: z.array(decimal).min(1) }),
  ),
);

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
  rejections: REJECTIONS,
  meanings: MEANINGS,
  codesOf,
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

/** `{error: ["EGeneral:Invalid arguments:price"]}`: from the whole down to its first two parts. */
function codesOf(answer: unknown): readonly string[] {
  const read = z.object({ error: z.array(z.string()).min(1) }).safeParse(answer);
  if (!read.success) return [];
  return read.data.error.flatMap(text => {
    const parts = text.split(':');
    return parts.slice(1).map((_, dropped) => parts.slice(0, parts.length - dropped).join(':'));
  });
}

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

/** Pages of 50, the newest first, until as many came as there are. */
async function byOffset<Row>(
  ask: (offset: number) => Promise<{ readonly rows: readonly Row[]; readonly count: number }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = await ask(rows.length);
    rows.push(...page.rows);
    if (page.rows.length === 0 || rows.length >= page.count) return rows;
  }
}

function only(orders: Readonly<Record<string, Order>>, market: OrderMarket): ReadOrder | null {
  return ordersOf(orders, market)[0] ?? null;
}

function ordersOf(orders: Readonly<Record<string, Order>>, { venueNames }: OrderMarket): ReadOrder[] {
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
