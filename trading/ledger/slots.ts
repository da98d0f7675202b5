import type { DatabaseSync } from 'node:sqlite';
import type { SlotRecord } from './records.ts';
import { all, one, run } from './statements.ts';

interface SlotRow {
  readonly account: string;
  readonly symbol: string;
  readonly client_order_id: string;
  readonly worst_case_notional: string;
}

export function selectSlots(sql: DatabaseSync, account: string): SlotRecord[] {
  return all<SlotRow>(sql, 'SELECT * FROM slots WHERE account = ? ORDER BY symbol', account).map(slotOf);
}

export function selectSlot(sql: DatabaseSync, account: string, symbol: string): SlotRecord | null {
  const row = one<SlotRow>(sql, 'SELECT * FROM slots WHERE account = ? AND symbol = ?', account, symbol);
  return row ? slotOf(row) : null;
}

/** Takes a symbol's slot, or hands it on to the order that comes after a position that is left. */
export function takeSlot(
  sql: DatabaseSync,
  { account, symbol, clientOrderId, worstCaseNotional }: SlotRecord,
): void {
  run(
    sql,
    `INSERT INTO slots VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET client_order_id = excluded.client_order_id, worst_case_notional = excluded.worst_case_notional`,
    account,
    symbol,
    clientOrderId,
    worstCaseNotional,
  );
}

/**
 * A symbol has a slot exactly while an entry of it is not final or a position is open: given back when neither is, taken
 * again where a late fill opened a position, and handed back where the entry that was to come after is not sent.
 */
export function settleSlot(sql: DatabaseSync, account: string, symbol: string): void {
  const holders = all<{ id: string; worst: string | null }>(
    sql,
    `SELECT client_order_id AS id, worst_case_notional AS worst FROM orders
       WHERE account = ?1 AND symbol = ?2 AND leg = 'entry'
         AND status IN ('planned', 'sending', 'unknown', 'open')
     UNION ALL
     SELECT entry_order, in_quote FROM positions WHERE account = ?1 AND symbol = ?2 AND closed_at IS NULL`,
    account,
    symbol,
  );
  const slot = selectSlot(sql, account, symbol);
  const [holder] = holders;
  if (!holder) {
    run(sql, 'DELETE FROM slots WHERE account = ? AND symbol = ?', account, symbol);
  } else if (!slot || !holders.some(({ id }) => id === slot.clientOrderId)) {
    takeSlot(sql, { account, symbol, clientOrderId: holder.id, worstCaseNotional: holder.worst ?? '0' });
  }
}

function slotOf(row: SlotRow): SlotRecord {
  const { account, symbol } = row;
  return {
    account,
    symbol,
    clientOrderId: row.client_order_id,
    worstCaseNotional: row.worst_case_notional,
  };
}
