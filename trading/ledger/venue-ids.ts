import type { DatabaseSync } from 'node:sqlite';
import type { VenueFill } from '../venue.ts';
import { type OrderRow, recordOrderEvent, updateOrder } from './orders.ts';
import type { AccountSettings, OrderOutcome } from './records.ts';
import { one, run } from './statements.ts';
import { adoptFills } from './strangers.ts';

/** Keeps the venue's id of an order. @returns the order, and fills that came by that id before it was known */
export function linkVenueOrder(
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

/** The order of ours that a fill belongs to; a fill of the other side is the venue's own doing. */
export function ownerOf(
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
