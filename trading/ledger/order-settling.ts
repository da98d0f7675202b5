import type { DatabaseSync } from 'node:sqlite';
import type { OrderStatus } from '../../contracts/trading.ts';
import { amount, digits } from './amounts.ts';
import { nextStatus, type ReportedStatus } from './order-news.ts';
import { type OrderRow, recordOrderEvent, updateOrder } from './orders.ts';
import type { OrderOutcome } from './records.ts';

const END_OF_FILLS: ReadonlySet<OrderStatus> = new Set(['filled', 'canceled', 'expired']);

/** Moves an order on by what its fills and the venue say. */
export function settleOrder(
  sql: DatabaseSync,
  row: OrderRow,
  news: OrderOutcome | null,
  at: number,
): OrderRow {
  const filled = amount(row.filled);
  const said = saidOf(row, news);
  const isResolved = news !== null && row.reason === 'operator';
  const { status: wanted, isContradiction } =
    said === null ? { status: row.status, isContradiction: false } : nextStatus(row.status, said, isResolved);
  const awaited = awaitedFills(isContradiction ? { ...row, reported_filled: null } : row, news, wanted);
  const isShort = END_OF_FILLS.has(wanted) && awaited !== null && filled.lt(awaited);
  const status = isShort ? (END_OF_FILLS.has(row.status) ? row.status : 'open') : wanted;
  const over = filled.minus(row.quantity);

  const changes = {
    status,
    reported_status: isShort ? wanted : null,
    reported_filled: awaited,
    over_fill: over.gt(0) ? digits(over) : null,
    ...(status !== row.status && {
      reason: news?.reason ?? (status === 'rejected' ? 'venue-rejected' : null),
    }),
    ...(filled.gt(0) && { miss_times: '[]' }),
  };
  const next = updateOrder(sql, row, changes, at);
  if (status !== row.status || isContradiction) recordMove(sql, row, next, { at, isContradiction });
  if (next.over_fill !== null && next.over_fill !== row.over_fill) {
    recordOrderEvent(sql, next, 'over-filled', at, {
      detail: { by: next.over_fill },
      tell: {
        event: 'ledger-mismatch',
        facts: { order: next.client_order_id, quantity: next.quantity, filled: next.filled },
      },
    });
  }
  return next;
}

/**
 * What is to be believed: fills of all of it, a new end, an end that was said before, fills of some of it, the news; null: nothing
 * new.
 */
function saidOf(row: OrderRow, news: OrderOutcome | null): ReportedStatus | null {
  const filled = amount(row.filled);
  const said = news?.status ?? null;
  if (filled.gte(row.quantity)) return 'filled';
  if (said !== null && END_OF_FILLS.has(said)) return said;
  if (row.reported_status !== null) return row.reported_status as ReportedStatus;
  if (!filled.gt(0)) return said;
  // Who has fills was not refused, and is not lost.
  return said === 'rejected' || said === 'lapsed' ? 'canceled' : 'open';
}

/** How much an order has to have got before its end is believed; null: as much as it has. */
function awaitedFills(row: OrderRow, news: OrderOutcome | null, wanted: OrderStatus): string | null {
  const told = [row.reported_filled, news?.filled ?? null].filter(text => text !== null).map(amount);
  const most = told.reduce(
    (left, right) => (left?.gt(right) ? left : right),
    undefined as undefined | (typeof told)[0],
  );
  if (most) return digits(most);
  return wanted === 'filled' ? row.quantity : null;
}

function recordMove(
  sql: DatabaseSync,
  before: OrderRow,
  next: OrderRow,
  { at, isContradiction }: { readonly at: number; readonly isContradiction: boolean },
): void {
  const order = next.client_order_id;
  const { side, quantity, venue_code: code } = next;
  const detail = { from: before.status };
  const reason = next.reason ?? undefined;
  if (isContradiction) {
    const facts = { order, ledger: before.status, venue: next.status };
    recordOrderEvent(sql, next, next.status, at, {
      detail,
      reason,
      tell: { event: 'ledger-mismatch', facts },
    });
  } else if (next.status === 'rejected') {
    const facts = { order, leg: next.leg, side, quantity, code };
    // An exit is tried again and again: the same refusal of it is no news.
    const key =
      next.leg === 'entry'
        ? {}
        : { key: `order-rejected/${next.account}/${next.symbol}/${next.leg}/${code}` };
    const tell = { event: 'order-rejected' as const, facts, ...key };
    recordOrderEvent(sql, next, 'rejected', at, { detail, reason, tell });
  } else if (next.status === 'unknown') {
    const facts = { order, leg: next.leg, side, quantity };
    recordOrderEvent(sql, next, 'unknown', at, { detail, reason, tell: { event: 'order-unknown', facts } });
  } else if (before.status === 'unknown') {
    const facts = { order, leg: next.leg, status: next.status, filled: next.filled };
    recordOrderEvent(sql, next, next.status, at, { detail, reason, tell: { event: 'order-settled', facts } });
  } else {
    recordOrderEvent(sql, next, next.status, at, { detail, reason });
  }
}
