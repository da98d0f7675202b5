import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { OrderMarket, VenueQuestion } from '../order-client.ts';
import { executionShape, namesShape, orderShape, readOrder, resultOf, walletShape } from './bybit-answers.ts';
import { BYBIT_MEANINGS, BYBIT_REJECTIONS, bybitCodes } from './bybit-codes.ts';
import type { AskedOrder, CanceledOrder, OrderCard, PostedOrder, ReadFill, ReadOrder } from './card.ts';
import { HEX_ID } from './client-ids.ts';
import { byCursor, inWindows } from './paging.ts';
import { decimal, optionalId } from './shapes.ts';

const RECV_WINDOW_MS = 5_000;
const WEEK_MS = 7 * 86_400_000;
const HISTORY_MS = 180 * 86_400_000;
const SPOT = { category: 'spot' };

export const bybit: OrderCard = {
  name: 'bybit',
  kind: 'spot',
  exchange: 'bybit',
  options: { recvWindow: RECV_WINDOW_MS },
  countsRequests: false,
  clientId: HEX_ID,
  idsUnique: 'ever',
  findsByClientId: true,
  requestExpiryMs: RECV_WINDOW_MS,
  rejections: BYBIT_REJECTIONS,
  meanings: BYBIT_MEANINGS,
  codesOf: bybitCodes,
  stops: 'market',
  exits: 'legs',
  stopLocksBalance: true,
  testedAgainst: 'recordings',
  quirks: [
    'New orders and cancels are only acknowledged: both are looked up.',
    'A look-up by orderLinkId: ccxt’s own leaves the id out and takes the first order; every answer’s id is compared here.',
    'Conditional orders are listed under a filter of their own until they trigger.',
    'A market buy counts in base only with marketUnit baseCoin.',
    'Trades are answered a week at a time; the unified account alone is spoken to.',
  ],
  requests: { submit, lookUp, cancel, openOrders, recentOrders, fills, balances, quote, swap: null },
};

async function submit({ ask }: VenueQuestion, order: PostedOrder, market: OrderMarket): Promise<ReadOrder> {
  const terms = {
    market: { orderType: 'Market', marketUnit: 'baseCoin' },
    limit: { orderType: 'Limit', price: order.price, timeInForce: 'GTC' },
    stop: {
      orderType: 'Market',
      marketUnit: 'baseCoin',
      triggerPrice: order.stopPrice,
      orderFilter: 'StopOrder',
    },
  }[order.type];
  const taken = await ask(
    'privatePostV5OrderCreate',
    {
      ...SPOT,
      symbol: market.venueSymbol,
      side: order.side === 'buy' ? 'Buy' : 'Sell',
      qty: order.quantity,
      ...terms,
      orderLinkId: order.venueClientId,
    },
    namesShape,
  );
  const { side: orderSide, type, quantity, price, stopPrice, sentAt } = order;
  return {
    venueOrderId: taken.orderId,
    venueClientId: taken.orderLinkId,
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
  const named = { ...SPOT, symbol: market.venueSymbol, orderLinkId: order.venueClientId };
  const places = [
    ['privateGetV5OrderRealtime', {}],
    ...(order.type === 'stop'
      ? ([['privateGetV5OrderRealtime', { orderFilter: 'StopOrder' }]] as const)
      : []),
    ['privateGetV5OrderHistory', {}],
  ] as const;
  for (const [endpoint, filter] of places) {
    const { list } = await ask(endpoint, { ...named, ...filter }, listOf(orderShape, market));
    if (list.length > 0) return readOrder(list[0]);
  }
  return null;
}

async function cancel(
  { ask }: VenueQuestion,
  order: AskedOrder,
  market: OrderMarket,
): Promise<CanceledOrder> {
  const taken = await ask(
    'privatePostV5OrderCancel',
    {
      ...SPOT,
      symbol: market.venueSymbol,
      orderLinkId: order.venueClientId,
      ...(order.type === 'stop' ? { orderFilter: 'StopOrder' } : {}),
    },
    namesShape,
  );
  return { venueClientId: taken.orderLinkId, venueOrderId: taken.orderId };
}

async function openOrders({ ask }: VenueQuestion, market: OrderMarket): Promise<ReadOrder[]> {
  const found = new Map<string, ReadOrder>();
  for (const filter of [{}, { orderFilter: 'StopOrder' }]) {
    const question = { ...SPOT, symbol: market.venueSymbol, openOnly: 0, limit: 50, ...filter };
    const orders = await byCursor(async cursor =>
      pageOf(
        await ask('privateGetV5OrderRealtime', withCursor(question, cursor), listOf(orderShape, market)),
      ),
    );
    for (const order of orders.map(readOrder)) found.set(order.venueOrderId, order);
  }
  return [...found.values()].filter(({ status }) => status === 'open');
}

async function recentOrders(
  question: VenueQuestion,
  market: OrderMarket,
  since: number,
): Promise<ReadOrder[]> {
  const { ask, time } = question;
  const range = { since: Math.max(since, time - HISTORY_MS), until: time, windowMs: WEEK_MS };
  const ended = await inWindows(range, (startTime, endTime) =>
    byCursor(async cursor => {
      const page = { ...SPOT, symbol: market.venueSymbol, startTime, endTime, limit: 50 };
      return pageOf(
        await ask('privateGetV5OrderHistory', withCursor(page, cursor), listOf(orderShape, market)),
      );
    }),
  );
  const open = (await openOrders(question, market)).filter(order => order.time >= since);
  const endedIds = new Set(ended.map(({ orderId }) => orderId));
  return [...ended.map(readOrder), ...open.filter(({ venueOrderId }) => !endedIds.has(venueOrderId))];
}

async function fills({ ask, time }: VenueQuestion, market: OrderMarket, since: number): Promise<ReadFill[]> {
  const range = { since: Math.max(since, time - HISTORY_MS), until: time, windowMs: WEEK_MS };
  const executions = await inWindows(range, (startTime, endTime) =>
    byCursor(async cursor => {
      const page = { ...SPOT, symbol: market.venueSymbol, startTime, endTime, limit: 100 };
      return pageOf(
        await ask('privateGetV5ExecutionList', withCursor(page, cursor), listOf(executionShape, market)),
      );
    }),
  );
  return executions.map(execution => ({
    tradeId: execution.execId,
    venueOrderId: execution.orderId,
    venueClientId: execution.orderLinkId,
    side: execution.side,
    price: execution.execPrice,
    quantity: execution.execQty,
    fees: [{ amount: execution.execFee, currency: feeCurrency(execution, market) }],
    isMaker: execution.isMaker,
    time: execution.execTime,
    reason: /^(Bust|Adl)/.test(execution.execType) ? 'liquidation' : null,
  }));
}

/** Spot fees are taken from what is received. */
function feeCurrency(
  { feeCurrency: told, side: tradeSide }: z.infer<typeof executionShape>,
  { base, quote }: OrderMarket,
): string {
  if (told !== undefined && told !== '') return told;
  return tradeSide === 'buy' ? base : quote;
}

async function balances({ ask }: VenueQuestion) {
  const { list } = await ask('privateGetV5AccountWalletBalance', { accountType: 'UNIFIED' }, walletShape);
  return list[0].coin.map(({ coin, walletBalance, locked }) => ({
    currency: coin,
    free: new Decimal(walletBalance).minus(locked).toFixed(),
    locked,
  }));
}

async function quote({ ask, time }: VenueQuestion, { venueSymbol }: OrderMarket) {
  const ticker = z.object({
    symbol: z.literal(venueSymbol),
    bid1Price: decimal,
    ask1Price: decimal,
    lastPrice: decimal,
  });
  const { list } = await ask(
    'publicGetV5MarketTickers',
    { ...SPOT, symbol: venueSymbol },
    resultOf(z.object({ list: z.array(ticker).length(1) })),
  );
  return { bid: list[0].bid1Price, ask: list[0].ask1Price, last: list[0].lastPrice, time };
}

function listOf<Row extends { readonly symbol: string }>(row: z.ZodType<Row>, { venueSymbol }: OrderMarket) {
  return resultOf(
    z.object({
      list: z.array(row.refine(({ symbol }) => symbol === venueSymbol)),
      nextPageCursor: optionalId,
    }),
  );
}

function withCursor(question: object, cursor: string | null): object {
  return cursor === null ? question : { ...question, cursor };
}

function pageOf<Row>({
  list,
  nextPageCursor,
}: {
  readonly list: readonly Row[];
  readonly nextPageCursor: string | null;
}) {
  return { rows: list, next: list.length === 0 ? null : nextPageCursor };
}
