import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { OrderStatus } from '../../contracts/trading.ts';
import type { VenueFill } from '../venue.ts';
import { requireAccount } from './accounts.ts';
import { amount, digits } from './amounts.ts';
import { settleDust } from './booking.ts';
import { lastEventId } from './events.ts';
import { bookFill, isKnownFill } from './fills.ts';
import { nextStatus, type ReportedStatus } from './order-news.ts';
import {
  type OrderRow,
  orderOf,
  recordOrderEvent,
  requireOrder,
  selectMarket,
  updateOrder,
} from './orders.ts';
import type { AccountSettings, LedgerFill, LedgerOrder, OrderOutcome } from './records.ts';
import { settleSlot } from './slots.ts';
import { one, run } from './statements.ts';
import { adoptFills, putStrangerFill } from './strangers.ts';
import { tellTrades } from './tellings.ts';

/** Transaction C: what the venue says of an order, with everything that follows from it. */
export function recordOutcome(sql: DatabaseSync, outcome: OrderOutcome): LedgerOrder {
  const { now: at } = outcome;
  const before = requireOrder(sql, outcome.clientOrderId);
  const account = requireAccount(sql, before.account);
  const firstEvent = lastEventId(sql);

  const { order, adopted } = linkVenueOrder(sql, account, before, outcome);
  bookAll(sql, account, [...adopted, ...outcome.fills], at, order);
  settleOrder(sql, requireOrder(sql, outcome.clientOrderId), outcome, at);
  settleSymbols(sql, account, [before.symbol], { at, firstEvent });
  return orderOf(requireOrder(sql, outcome.clientOrderId));
}

/** Transaction C for fills alone. @returns those that were not known */
export function recordFills(
  sql: DatabaseSync,
  name: string,
  fills: readonly VenueFill[],
  at: number,
): LedgerFill[] {
  const account = requireAccount(sql, name);
  const firstEvent = lastEventId(sql);
  const booked = bookAll(sql, account, fills, at, null);
  const orders = new Set(
    booked.flatMap(({ origin, clientOrderId }) => (origin === 'own' ? [clientOrderId!] : [])),
  );
  for (const id of orders) settleOrder(sql, requireOrder(sql, id), null, at);
  const moved = booked.filter(({ origin }) => origin !== 'stranger').map(({ symbol }) => symbol);
  settleSymbols(sql, account, [...new Set(moved)], { at, firstEvent });
  return booked;
}

/** Dust, slot and what is told, once all of a transaction's fills are booked. */
export function settleSymbols(
  sql: DatabaseSync,
  account: AccountSettings,
  symbols: readonly string[],
  { at, firstEvent }: { readonly at: number; readonly firstEvent: number },
): void {
  for (const symbol of symbols) {
    const market = selectMarket(sql, account, symbol);
    const last = one<{ price: string }>(
      sql,
      'SELECT price FROM fills WHERE account = ? AND symbol = ? ORDER BY time DESC, id DESC LIMIT 1',
      account.account,
      symbol,
    );
    if (market && last) settleDust(sql, account, market, { symbol, price: last.price, at });
    settleSlot(sql, account.account, symbol);
  }
  tellTrades(sql, account.account, firstEvent, at);
}

/** Books fills in the order in which they happened. @param order whose news brought them */
function bookAll(
  sql: DatabaseSync,
  account: AccountSettings,
  fills: readonly VenueFill[],
  at: number,
  order: OrderRow | null,
): LedgerFill[] {
  const inOrder = fills.toSorted((left, right) => left.time - right.time);
  const booked: LedgerFill[] = [];
  for (const fill of inOrder) {
    if (isKnownFill(sql, account, fill)) continue;
    const owner = ownerOf(sql, account, fill, order);
    const market = selectMarket(sql, account, fill.symbol);
    const isOurs = owner !== null || (fill.reason !== null && market !== null);
    if (isOurs) {
      if (!market) throw marketMissing(account, fill.symbol);
      const place = { account, market, order: owner, at, isAssumed: false };
      booked.push({ ...bookFill(sql, fill, place), clientOrderId: owner?.client_order_id ?? null });
    } else if (putStrangerFill(sql, account, fill, at)) {
      booked.push({ ...fill, account: account.account, origin: 'stranger', leg: null });
    }
  }
  return booked;
}

/** The order of ours that a fill belongs to; a fill of the other side is the venue's own doing. */
function ownerOf(
  sql: DatabaseSync,
  { account }: AccountSettings,
  fill: VenueFill,
  order: OrderRow | null,
): OrderRow | null {
  const owner =
    fill.clientOrderId !== null
      ? one<OrderRow>(sql, 'SELECT * FROM orders WHERE client_order_id = ?', fill.clientOrderId)
      : one<OrderRow>(
          sql,
          `SELECT orders.* FROM venue_ids JOIN orders USING (client_order_id)
           WHERE venue_ids.account = ? AND venue_ids.symbol = ? AND venue_ids.venue_order_id = ?`,
          account,
          fill.symbol,
          fill.venueOrderId,
        );
  // Fills that come with an order's news and name no other order are that order's.
  const found =
    owner ?? (order !== null && fill.clientOrderId === null && fill.reason === null ? order : null);
  const isIts = found?.account === account && found.symbol === fill.symbol && found.side === fill.side;
  return isIts ? found : null;
}

/** Keeps the venue's id of an order. @returns the order, and fills that came by that id before it was known */
function linkVenueOrder(
  sql: DatabaseSync,
  account: AccountSettings,
  row: OrderRow,
  { venueOrderId, venueCode, now }: OrderOutcome,
): { readonly order: OrderRow; readonly adopted: readonly VenueFill[] } {
  const changes = {
    ...(venueOrderId !== null && row.venue_order_id === null && { venue_order_id: venueOrderId }),
    ...(venueCode !== null && { venue_code: venueCode }),
    ...(venueOrderId !== null && { miss_times: '[]' }),
  };
  const order = Object.keys(changes).length > 0 ? updateOrder(sql, row, changes, now) : row;
  if (venueOrderId === null || hasVenueId(sql, order, venueOrderId)) return { order, adopted: [] };
  const known = row.venue_order_id;
  // A stop that triggers goes on as another order.
  if (known !== null && row.type !== 'stop') {
    recordOrderEvent(sql, row, 'contradiction', now, {
      detail: { venueOrderId, known },
      tell: { event: 'ledger-mismatch', facts: { order: row.client_order_id, venueOrderId, known } },
    });
    return { order, adopted: [] };
  }
  const text = 'INSERT INTO venue_ids VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
  run(sql, text, row.account, row.symbol, venueOrderId, row.client_order_id);
  return { order, adopted: adoptFills(sql, account, row.symbol, venueOrderId) };
}

function hasVenueId(sql: DatabaseSync, { account, symbol, client_order_id }: OrderRow, id: string): boolean {
  const text =
    'SELECT client_order_id AS owner FROM venue_ids WHERE account = ? AND symbol = ? AND venue_order_id = ?';
  return one<{ owner: string }>(sql, text, account, symbol, id)?.owner === client_order_id;
}

const END_OF_FILLS: ReadonlySet<OrderStatus> = new Set(['filled', 'canceled', 'expired']);

/** Moves an order on by what its fills and the venue say. */
export function settleOrder(sql: DatabaseSync, row: OrderRow, news: OrderOutcome | null, at: number): void {
  const filled = amount(row.filled);
  const said = saidOf(row, news);
  const { status: wanted, isContradiction } =
    said === null ? { status: row.status, isContradiction: false } : nextStatus(row.status, said);
  const awaited = awaitedFills(row, news, wanted);
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
}

/** What is to be believed: a new end, an end that was said before, what the fills themselves say, the news; null: nothing new. */
function saidOf(row: OrderRow, news: OrderOutcome | null): ReportedStatus | null {
  const filled = amount(row.filled);
  const said = news?.status ?? null;
  if (said !== null && END_OF_FILLS.has(said)) return said;
  if (row.reported_status !== null) return row.reported_status as ReportedStatus;
  if (filled.gte(row.quantity)) return 'filled';
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
    recordOrderEvent(sql, next, 'rejected', at, { detail, reason, tell: { event: 'order-rejected', facts } });
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

function marketMissing({ account }: AccountSettings, symbol: string): AlphaloomError {
  return new AlphaloomError(
    'INTERNAL',
    `A fill of ${symbol} came to the account ${account} before its market was known.`,
    { account, symbol },
  );
}
