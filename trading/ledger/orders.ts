import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Timeframe } from '../../contracts/series.ts';
import {
  FINAL_STATUSES,
  type OrderKey,
  type OrderLeg,
  type OrderReason,
  type OrderSide,
  type OrderStatus,
  type OrderTerms,
  type OrderType,
} from '../../contracts/trading.ts';
import { amount, average, checkAmount, digits } from './amounts.ts';
import { clientOrderId } from './client-order-id.ts';
import { type NewEvent, recordEvent } from './events.ts';
import type { LedgerOrder, PlannedOrder } from './records.ts';
import { all, insert, one, statement } from './statements.ts';

export interface OrderRow {
  readonly id: number;
  readonly client_order_id: string;
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly bar_time: number;
  readonly leg: OrderLeg;
  readonly attempt: number;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly quantity: string;
  readonly price: string | null;
  readonly stop_price: string | null;
  readonly reduce_only: number;
  readonly status: OrderStatus;
  readonly reason: OrderReason | null;
  readonly plan: string | null;
  readonly valid_until: number | null;
  readonly decision_price: string;
  readonly worst_case_notional: string | null;
  readonly planned_at: number;
  readonly sent_at: number | null;
  readonly venue_order_id: string | null;
  readonly venue_code: string | null;
  readonly filled: string;
  readonly filled_quote: string;
  readonly reported_status: OrderStatus | null;
  readonly reported_filled: string | null;
  readonly assumed: string;
  readonly over_fill: string | null;
  readonly miss_times: string;
  readonly cancel_requested: number;
  readonly updated_at: number;
}

export const isEntry = ({ leg }: { readonly leg: OrderLeg }) => leg === 'entry';
export const isFinal = ({ status }: { readonly status: OrderStatus }) => FINAL_STATUSES.has(status);

export function selectOrder(sql: DatabaseSync, id: string): OrderRow | null {
  return one<OrderRow>(sql, 'SELECT * FROM orders WHERE client_order_id = ?', id) ?? null;
}

/** @throws AlphaloomError ORDER_UNKNOWN */
export function requireOrder(sql: DatabaseSync, id: string): OrderRow {
  const row = selectOrder(sql, id);
  if (row) return row;
  throw new AlphaloomError(
    'ORDER_UNKNOWN',
    `The ledger has no order ${id}. See trade status for open ones.`,
    {
      clientOrderId: id,
    },
  );
}

/** Not final, oldest first. */
export function selectOpenOrders(
  sql: DatabaseSync,
  account: string,
  symbol: string | null = null,
): OrderRow[] {
  const open = "status IN ('planned', 'sending', 'unknown', 'open')";
  return symbol === null
    ? all(sql, `SELECT * FROM orders WHERE account = ? AND ${open} ORDER BY id`, account)
    : all(
        sql,
        `SELECT * FROM orders WHERE account = ? AND symbol = ? AND ${open} ORDER BY id`,
        account,
        symbol,
      );
}

/** Sent, and changed since; oldest first. */
export function selectChangedOrders(sql: DatabaseSync, account: string, since: number): OrderRow[] {
  const text =
    'SELECT * FROM orders WHERE account = ? AND updated_at >= ? AND sent_at IS NOT NULL ORDER BY id';
  return all(sql, text, account, since);
}

/** Writes down an order that is wanted; as withdrawn where a reason against it is given. */
export function insertOrder(
  sql: DatabaseSync,
  ledgerId: string,
  order: PlannedOrder,
  { at, reason }: { readonly at: number; readonly reason: OrderReason | null },
): OrderRow {
  const { key, terms } = order;
  const id = clientOrderId(ledgerId, key);
  checkTerms(key, terms);
  checkAmount(order.decisionPrice, 'A decision’s price');
  if (order.worstCaseNotional !== null) checkAmount(order.worstCaseNotional, 'A worst case');
  const columns: Omit<OrderRow, 'id'> = {
    client_order_id: id,
    account: key.account,
    symbol: key.symbol,
    timeframe: key.timeframe,
    bar_time: key.barTime,
    leg: key.leg,
    attempt: key.attempt,
    side: terms.side,
    type: terms.type,
    quantity: terms.quantity,
    price: terms.price,
    stop_price: terms.stopPrice,
    reduce_only: Number(terms.reduceOnly),
    status: reason === null ? 'planned' : 'withdrawn',
    reason,
    plan: order.plan === null ? null : JSON.stringify(order.plan),
    valid_until: order.validUntil,
    decision_price: order.decisionPrice,
    worst_case_notional: order.worstCaseNotional,
    planned_at: at,
    sent_at: null,
    venue_order_id: null,
    venue_code: null,
    filled: '0',
    filled_quote: '0',
    reported_status: null,
    reported_filled: null,
    assumed: '0',
    over_fill: null,
    miss_times: '[]',
    cancel_requested: 0,
    updated_at: at,
  };
  const row: OrderRow = { id: insert(sql, 'orders', { ...columns }), ...columns };
  recordOrderEvent(sql, row, reason === null ? 'planned' : 'withdrawn', at, reason ? { reason } : {});
  return row;
}

/** Changes columns of an order and returns it as it is then; what changes nothing leaves its time too. */
export function updateOrder(
  sql: DatabaseSync,
  row: OrderRow,
  changes: Partial<Record<keyof OrderRow, SQLInputValue>>,
  at: number,
): OrderRow {
  const columns = Object.keys(changes) as (keyof OrderRow)[];
  if (columns.every(name => changes[name] === row[name])) return row;
  statement(
    sql,
    `UPDATE orders SET ${columns.map(name => `${name} = ?`).join(', ')}, updated_at = ? WHERE id = ?`,
  ).run(...Object.values(changes), at, row.id);
  return { ...row, ...(changes as Partial<OrderRow>), updated_at: at };
}

export function recordOrderEvent(
  sql: DatabaseSync,
  { account, symbol, client_order_id }: OrderRow,
  kind: string,
  at: number,
  more: Partial<NewEvent> = {},
): number {
  return recordEvent(sql, {
    account,
    at,
    kind: `order-${kind}`,
    symbol,
    clientOrderId: client_order_id,
    ...more,
  });
}

export function orderOf(row: OrderRow): LedgerOrder {
  return {
    clientOrderId: row.client_order_id,
    account: row.account,
    symbol: row.symbol,
    timeframe: row.timeframe,
    barTime: row.bar_time,
    leg: row.leg,
    attempt: row.attempt,
    side: row.side,
    type: row.type,
    quantity: row.quantity,
    price: row.price,
    stopPrice: row.stop_price,
    reduceOnly: row.reduce_only === 1,
    status: row.status,
    reason: row.reason,
    plan: row.plan === null ? null : JSON.parse(row.plan),
    validUntil: row.valid_until,
    decisionPrice: row.decision_price,
    worstCaseNotional: row.worst_case_notional,
    plannedTime: row.planned_at,
    sentAt: row.sent_at,
    venueOrderId: row.venue_order_id,
    venueCode: row.venue_code,
    filled: row.filled,
    averagePrice: average(amount(row.filled_quote), amount(row.filled)),
    overFill: row.over_fill,
    missTimes: JSON.parse(row.miss_times),
    cancelRequested: row.cancel_requested === 1,
    updatedTime: row.updated_at,
  };
}

/** What an order still may fill, in the venue's units; never under 0. */
export function remaining(row: OrderRow): string {
  const rest = amount(row.quantity).minus(row.filled);
  return rest.isNegative() ? '0' : digits(rest);
}

function checkTerms({ leg, attempt }: OrderKey, { quantity, price, stopPrice }: OrderTerms): void {
  const isPositive = checkAmount(quantity, 'An order’s quantity').gt(0);
  for (const level of [price, stopPrice]) if (level !== null) checkAmount(level, 'An order’s price');
  if (isPositive && Number.isSafeInteger(attempt) && attempt >= 1 && (leg !== 'entry' || attempt === 1))
    return;
  throw new AlphaloomError('INTERNAL', `No order can be: ${leg}, attempt ${attempt}, quantity ${quantity}.`, {
    leg,
    attempt,
    quantity,
  });
}
