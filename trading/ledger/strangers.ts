import type { DatabaseSync } from 'node:sqlite';
import type { VenueFill, VenueOrder } from '../venue.ts';
import { recordEvent } from './events.ts';
import type { AccountSettings } from './records.ts';
import { all, insert, one, run } from './statements.ts';

/** Keeps a fill that is not ours, apart. @returns whether it was not seen before */
export function putStrangerFill(
  sql: DatabaseSync,
  { venue, account }: AccountSettings,
  fill: VenueFill,
  at: number,
): boolean {
  const known = one(
    sql,
    'SELECT 1 FROM stranger_fills WHERE venue = ? AND account = ? AND symbol = ? AND trade_id = ?',
    venue,
    account,
    fill.symbol,
    fill.tradeId,
  );
  if (known) return false;
  insert(sql, 'stranger_fills', {
    venue,
    account,
    symbol: fill.symbol,
    trade_id: fill.tradeId,
    venue_order_id: fill.venueOrderId,
    fill: JSON.stringify(fill),
    seen_at: at,
  });
  return true;
}

/** Fills that came before their order was known by the venue's id: no strangers any more. */
export function adoptFills(
  sql: DatabaseSync,
  { account }: AccountSettings,
  symbol: string,
  venueOrderId: string,
): VenueFill[] {
  const rows = all<{ id: number; fill: string }>(
    sql,
    `SELECT id, fill FROM stranger_fills
     WHERE account = ? AND symbol = ? AND venue_order_id = ? AND is_adopted = 0 ORDER BY id`,
    account,
    symbol,
    venueOrderId,
  );
  for (const { id } of rows) run(sql, 'UPDATE stranger_fills SET is_adopted = 1 WHERE id = ?', id);
  return rows.map(({ fill }) => JSON.parse(fill) as VenueFill);
}

/** Orders at the venue that nobody here made: told once each, and left alone. @returns those not seen before */
export function putStrangerOrders(
  sql: DatabaseSync,
  account: string,
  orders: readonly VenueOrder[],
  at: number,
): VenueOrder[] {
  const unseen = orders.filter(({ symbol, venueOrderId }) => {
    const text = 'SELECT 1 FROM stranger_orders WHERE account = ? AND symbol = ? AND venue_order_id = ?';
    return one(sql, text, account, symbol, venueOrderId) === undefined;
  });
  for (const order of unseen) {
    const { symbol, venueOrderId, side, type, quantity, price } = order;
    insert(sql, 'stranger_orders', {
      account,
      symbol,
      venue_order_id: venueOrderId,
      venue_order: JSON.stringify(order),
      seen_at: at,
    });
    recordEvent(sql, {
      account,
      at,
      kind: 'stranger-order',
      symbol,
      detail: { venueOrderId },
      tell: {
        event: 'order-stranger',
        key: `order-stranger/${account}/${symbol}/${venueOrderId}`,
        facts: { order: venueOrderId, side, type, quantity, price },
      },
    });
  }
  return unseen;
}
