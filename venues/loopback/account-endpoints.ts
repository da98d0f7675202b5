import type { Order, Trade } from './orders/order.ts';
import {
  accountAnswer,
  canceledAnswer,
  placedAnswer,
  queriedAnswer,
  tradeAnswer,
} from './orders/order-answers.ts';
import type { OrderName } from './orders/order-desk.ts';
import { clientOrderId, readOrderRequest } from './orders/order-request.ts';
import { integer } from './parameters.ts';
import { missingParameter, VenueRefusal } from './refusal.ts';
import type { TradingAccount } from './trading-account.ts';

/** A signed request as an endpoint meets it. */
export interface AccountCall {
  readonly account: TradingAccount;
  readonly parameters: URLSearchParams;
  readonly now: number;
  /** What is newer is invisible to this query; a new order becomes visible after so long. */
  readonly lagMs: number;
}

interface AccountEndpoint {
  /** Needs a key that may trade. */
  readonly isTrade: boolean;
  answer(call: AccountCall): unknown;
}

const DAY_MS = 86_400_000;
const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 500;

/** Signed requests by method and path. */
export const ACCOUNT_ENDPOINTS: Readonly<Record<string, AccountEndpoint>> = {
  'GET account': { isTrade: false, answer: account },
  'GET openOrders': { isTrade: false, answer: openOrders },
  'GET allOrders': { isTrade: false, answer: allOrders },
  'GET myTrades': { isTrade: false, answer: myTrades },
  'GET order': { isTrade: false, answer: queryOrder },
  'POST order': { isTrade: true, answer: placeOrder },
  'DELETE order': { isTrade: true, answer: cancelOrder },
  'DELETE openOrders': { isTrade: true, answer: cancelOpenOrders },
};

function account({ account: { book, matching }, parameters }: AccountCall): object {
  return accountAnswer(book, matching, parameters.get('omitZeroBalances') === 'true');
}

function openOrders(call: AccountCall): object[] {
  const { account, parameters } = call;
  const symbol = parameters.has('symbol') ? symbolOf(call) : null;
  const open = symbol === null ? account.book.allOpenOrders() : account.book.openOrders(symbol);
  return open.filter(order => isVisible(order, call)).map(queriedAnswer);
}

function allOrders(call: AccountCall): object[] {
  const symbol = symbolOf(call);
  const firstId = integer(call.parameters, 'orderId');
  const inRange = timeRange(call.parameters);
  const found = call.account.book.orders.filter(
    order =>
      order.symbol === symbol &&
      (firstId === null || order.orderId >= firstId) &&
      inRange(order.time) &&
      isVisible(order, call),
  );
  return pageOf(found, call.parameters, firstId !== null).map(queriedAnswer);
}

function myTrades(call: AccountCall): object[] {
  const symbol = symbolOf(call);
  const orderId = integer(call.parameters, 'orderId');
  const firstId = integer(call.parameters, 'fromId');
  const inRange = timeRange(call.parameters);
  if (firstId !== null && (call.parameters.has('startTime') || call.parameters.has('endTime')))
    throw new VenueRefusal(-1128, 'Combination of optional parameters invalid.');
  const found = call.account.book.trades.filter(
    trade =>
      trade.symbol === symbol &&
      (orderId === null || trade.orderId === orderId) &&
      (firstId === null || trade.id >= firstId) &&
      inRange(trade.time) &&
      isVisible(trade, call),
  );
  return pageOf(found, call.parameters, firstId !== null).map(tradeAnswer);
}

function queryOrder(call: AccountCall): object {
  const order = call.account.desk.find(symbolOf(call), nameOf(call.parameters));
  if (!order || !isVisible(order, call)) throw new VenueRefusal(-2013, 'Order does not exist.');
  return queriedAnswer(order);
}

function placeOrder(call: AccountCall): object {
  const { account, parameters, now, lagMs } = call;
  const market = account.market(symbolOf(call));
  const request = readOrderRequest(parameters);
  const order = account.desk.place(market, request, now, now + lagMs);
  return placedAnswer(account.book, order, request.responseType);
}

function cancelOrder(call: AccountCall): object {
  const { account, parameters, now } = call;
  const symbol = symbolOf(call);
  const cancelId = clientOrderId(parameters, 'newClientOrderId');
  const order = account.desk.cancel(symbol, nameOf(parameters), now);
  return canceledAnswer(order, cancelId ?? `cancel-${order.orderId}`);
}

function cancelOpenOrders(call: AccountCall): object[] {
  return call.account.desk
    .cancelAll(symbolOf(call), call.now)
    .map(order => canceledAnswer(order, `cancel-${order.orderId}`));
}

function symbolOf({ account, parameters }: AccountCall): string {
  const symbol = parameters.get('symbol');
  if (!symbol) throw missingParameter('symbol');
  return account.market(symbol).symbol;
}

function nameOf(parameters: URLSearchParams): OrderName {
  const name = {
    orderId: integer(parameters, 'orderId'),
    clientOrderId: parameters.get('origClientOrderId') || null,
  };
  if (name.orderId === null && name.clientOrderId === null) {
    throw new VenueRefusal(
      -1102,
      "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    );
  }
  return name;
}

/** An order is seen once its lag is over, by a query of its own lag later still. */
function isVisible(item: Order | Trade, { now, lagMs }: AccountCall): boolean {
  return item.visibleTime <= now && (lagMs === 0 || item.time + lagMs <= now);
}

function timeRange(parameters: URLSearchParams): (time: number) => boolean {
  const start = integer(parameters, 'startTime');
  const end = integer(parameters, 'endTime');
  if (start !== null && end !== null && end - start > DAY_MS)
    throw new VenueRefusal(-1127, 'More than 24 hours between startTime and endTime.');
  return time => time >= (start ?? -Infinity) && time <= (end ?? Infinity);
}

/** The first ones from an id or a start on, else the newest; ascending. */
function pageOf<Item>(
  items: readonly Item[],
  parameters: URLSearchParams,
  hasFirstId: boolean,
): readonly Item[] {
  const limit = integer(parameters, 'limit') ?? DEFAULT_PAGE;
  if (limit < 1 || limit > MAX_PAGE)
    throw new VenueRefusal(-1130, "Data sent for parameter 'limit' is not valid.");
  return hasFirstId || parameters.has('startTime') ? items.slice(0, limit) : items.slice(-limit);
}
