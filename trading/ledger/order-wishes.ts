import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { TradingMessagePayload } from '../../contracts/messages.ts';
import { amount, average, digits } from './amounts.ts';
import { lastEventId } from './events.ts';
import { bookFill } from './fills.ts';
import { selectMarket } from './markets.ts';
import { settleOrder } from './order-settling.ts';
import { isFinal, type OrderRow, recordOrderEvent, remaining, requireOrder, updateOrder } from './orders.ts';
import { settleSymbols } from './outcomes.ts';
import type { AccountRecord, OrderOutcome } from './records.ts';
import { withdraw } from './sending.ts';
import type { By, Carried, WishContext } from './wishes.ts';

/** Withdraws what was not sent; of what was, the wish is written down for whoever speaks to the venue. */
export function cancelOrder(sql: DatabaseSync, { account }: AccountRecord, id: string, by: By): Carried {
  const order = requireOwn(sql, account, id);
  if (isFinal(order)) return { outcome: 'unchanged', why: `it is ${order.status}` };
  if (order.status === 'planned') {
    withdraw(sql, id, 'operator', by.at);
    return { outcome: 'withdrawn' };
  }
  const next = updateOrder(sql, order, { cancel_requested: 1 }, by.at);
  recordOrderEvent(sql, next, 'cancel-requested', by.at, by);
  return { outcome: 'cancelling' };
}

/**
 * An operator's word on an order that the venue can't be asked about. `filled`: what is missing counts as filled, at the
 * order's own price, until the venue tells of its fills.
 * @throws AlphaloomError ACCOUNT_STATE of one that was never sent, or that is open and whose venue was not asked
 */
export function resolveOrder(
  sql: DatabaseSync,
  account: AccountRecord,
  { order: id, as, evidence }: TradingMessagePayload<'resolve'>,
  { by, isVenueSilent }: Pick<WishContext, 'by' | 'isVenueSilent'>,
): Carried {
  const order = requireOwn(sql, account.account, id);
  if (isFinal(order)) return { outcome: 'unchanged', why: `it is ${order.status}` };
  if (order.status === 'open' && !isVenueSilent) {
    const name = `${order.leg} ${id.slice(0, 8)} of ${order.symbol}`;
    throw new AlphaloomError(
      'ACCOUNT_STATE',
      `The ${name} is open, and nobody’s word counts for what its venue can be asked about. End it: trade cancel ${id.slice(0, 8)}.`,
      { clientOrderId: id, status: order.status },
    );
  }
  if (order.status === 'planned') {
    throw new AlphaloomError(
      'ACCOUNT_STATE',
      `The order ${id} was never sent: there is nothing to resolve. Cancel it: trade cancel.`,
      { clientOrderId: id },
    );
  }
  const firstEvent = lastEventId(sql);
  recordOrderEvent(sql, order, 'resolved', by.at, { ...by, detail: { as, evidence } });
  if (as === 'filled') assumeFilled(sql, account, order, by);
  const outcome: OrderOutcome = {
    clientOrderId: id,
    status: as === 'cancelled' ? 'canceled' : as,
    reason: 'operator',
    venueOrderId: null,
    venueCode: null,
    fills: [],
    filled: null,
    now: by.at,
  };
  settleOrder(
    sql,
    { ...requireOrder(sql, id), reported_status: null, reported_filled: null },
    outcome,
    by.at,
  );
  settleSymbols(sql, account, [order.symbol], { at: by.at, firstEvent });
  return { outcome: `resolved as ${as}`, why: evidence };
}

function assumeFilled(
  sql: DatabaseSync,
  account: AccountRecord,
  order: OrderRow,
  { at, operationId }: By,
): void {
  const rest = remaining(order);
  const market = selectMarket(sql, account, order.symbol)!;
  if (rest === '0') return;
  const price =
    order.price ??
    order.stop_price ??
    average(amount(order.filled_quote), amount(order.filled)) ??
    order.decision_price;
  const fill = {
    tradeId: `assumed/${operationId}`,
    venueOrderId: order.venue_order_id ?? '',
    clientOrderId: order.client_order_id,
    symbol: order.symbol,
    side: order.side,
    price: digits(amount(price)),
    quantity: rest,
    fees: [],
    isMaker: false,
    time: order.sent_at ?? at,
    reason: null,
  };
  bookFill(sql, fill, { account, market, order, at, isAssumed: true });
}

function requireOwn(sql: DatabaseSync, account: string, id: string): OrderRow {
  const order = requireOrder(sql, id);
  if (order.account === account) return order;
  throw new AlphaloomError('ORDER_UNKNOWN', `The account ${account} has no order ${id}.`, {
    account,
    clientOrderId: id,
  });
}
