import type { DatabaseSync } from 'node:sqlite';
import { storableJson } from '../../artifacts/canonical-json.ts';
import type { Notification } from '../../contracts/notifications.ts';
import type { LedgerEvent } from './records.ts';
import { all, insert, one } from './statements.ts';

export interface NewEvent {
  readonly account: string;
  readonly at: number;
  readonly kind: string;
  readonly symbol?: string;
  readonly clientOrderId?: string;
  /** Who; the ledger itself where nobody wanted it. */
  readonly actor?: string;
  readonly reason?: string;
  readonly operationId?: string;
  readonly detail?: unknown;
  /** What tells of it, in the same transaction. */
  readonly tell?: Pick<Notification, 'event' | 'facts'> & { readonly key?: string };
}

export interface EventRow {
  readonly id: number;
  readonly account: string;
  readonly at: number;
  readonly kind: string;
  readonly symbol: string | null;
  readonly client_order_id: string | null;
  readonly actor: string;
  readonly reason: string | null;
  readonly operation_id: string | null;
  readonly detail: string | null;
}

/** Writes down what happened and, where it is to be told, its notification. @returns the event's id */
export function recordEvent(sql: DatabaseSync, event: NewEvent): number {
  const tell = event.tell && !isReplay(sql, event.account) ? event.tell : undefined;
  const id = insert(sql, 'events', {
    account: event.account,
    at: event.at,
    kind: event.kind,
    symbol: event.symbol ?? null,
    client_order_id: event.clientOrderId ?? null,
    actor: event.actor ?? 'ledger',
    reason: event.reason ?? null,
    operation_id: event.operationId ?? null,
    detail: event.detail === undefined ? null : storableJson(event.detail),
    notification: tell?.event ?? null,
  });
  if (tell) {
    const subject = event.symbol ? `${event.account} ${event.symbol}` : event.account;
    const place = [event.account, event.symbol, event.clientOrderId].filter(part => part !== undefined);
    putNotification(sql, `event/${id}`, {
      event: tell.event,
      key: tell.key ?? `${tell.event}/${place.join('/')}`,
      subject,
      at: event.at,
      facts: tell.facts,
    });
  }
  return id;
}

/** Of the notifier’s clock: what `at` says is the venue’s, which may be ahead of it. */
const DUE_AT_ONCE = 0;

/** @param id unique for ever; a second one of the same id is the same notification */
export function putNotification(
  sql: DatabaseSync,
  id: string,
  { event, key, subject, at, facts }: Notification,
): void {
  insert(sql, 'outbox', {
    id,
    event,
    key,
    subject,
    at,
    facts: storableJson(facts),
    next_attempt_at: DUE_AT_ONCE,
  });
}

export function lastEventId(sql: DatabaseSync): number {
  return one<{ id: number | null }>(sql, 'SELECT max(id) AS id FROM events')?.id ?? 0;
}

export function selectEvents(sql: DatabaseSync, account: string, limit: number): LedgerEvent[] {
  const rows = all<EventRow>(
    sql,
    'SELECT * FROM events WHERE account = ? ORDER BY id DESC LIMIT ?',
    account,
    limit,
  );
  return rows.map(eventOf).reverse();
}

export function selectLastEvent(
  sql: DatabaseSync,
  account: string,
  kind: string,
  symbol: string | null,
): LedgerEvent | null {
  const row = one<EventRow>(
    sql,
    `SELECT * FROM events WHERE account = ?1 AND kind = ?2 AND (?3 IS NULL OR symbol = ?3)
     ORDER BY id DESC LIMIT 1`,
    account,
    kind,
    symbol,
  );
  return row ? eventOf(row) : null;
}

export function eventOf(row: EventRow): LedgerEvent {
  const { id, account, at, kind, symbol, actor, reason } = row;
  const detail = row.detail === null ? null : JSON.parse(row.detail);
  const names = { clientOrderId: row.client_order_id, operationId: row.operation_id };
  return { id, account, at, kind, symbol, actor, reason, detail, ...names };
}

/** Recorded bars are played at speed: nobody wants to be told of them. */
function isReplay(sql: DatabaseSync, account: string): boolean {
  const row = one<{ kind: string }>(
    sql,
    "SELECT settings ->> '$.clock.kind' AS kind FROM accounts WHERE account = ?",
    account,
  );
  return row?.kind === 'replay';
}
