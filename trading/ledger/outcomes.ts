import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { VenueFill } from '../venue.ts';
import { requireAccount } from './accounts.ts';
import { settleDust } from './booking.ts';
import { lastEventId } from './events.ts';
import { bookFill, correctAssumed, isKnownFill } from './fills.ts';
import { selectMarket } from './markets.ts';
import { settleOrder } from './order-settling.ts';
import { type OrderRow, orderOf, requireOrder } from './orders.ts';
import type { AccountSettings, LedgerFill, LedgerOrder, OrderOutcome } from './records.ts';
import { settleSlot } from './slots.ts';
import { one } from './statements.ts';
import { putStrangerFill } from './strangers.ts';
import { tellTrades } from './tellings.ts';
import { linkVenueOrder, ownerOf } from './venue-ids.ts';

/** Transaction C: what the venue says of an order, with everything that follows from it. */
export function recordOutcome(sql: DatabaseSync, outcome: OrderOutcome): LedgerOrder {
  const { now: at } = outcome;
  const before = requireOrder(sql, outcome.clientOrderId);
  const account = requireAccount(sql, before.account);
  const firstEvent = lastEventId(sql);

  const { order, adopted } = linkVenueOrder(sql, account, before, outcome);
  bookAll(sql, account, [...adopted, ...outcome.fills], at, order);
  const market = selectMarket(sql, account, before.symbol);
  if (outcome.filled !== null && market !== null)
    correctAssumed(sql, outcome.filled, { account, market, order, at, isAssumed: true });
  const settled = settleOrder(sql, requireOrder(sql, outcome.clientOrderId), outcome, at);
  settleSymbols(sql, account, [before.symbol], { at, firstEvent });
  return orderOf(settled);
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

function marketMissing({ account }: AccountSettings, symbol: string): AlphaloomError {
  return new AlphaloomError(
    'INTERNAL',
    `A fill of ${symbol} came to the account ${account} before its market was known.`,
    { account, symbol },
  );
}
