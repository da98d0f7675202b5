import type { DatabaseSync } from 'node:sqlite';
import { rows } from './rows.ts';

/** A fill stands once, is of an order of this account, symbol and side, and is no stranger at the same time. */
export function* checkFills(sql: DatabaseSync, account: string): Generator<string> {
  const doubles = rows<{ symbol: string; trade_id: string; count: number }>(
    sql,
    `SELECT symbol, trade_id, count(*) AS count FROM fills WHERE account = ?
     GROUP BY venue, symbol, trade_id HAVING count(*) > 1`,
    account,
  );
  for (const { symbol, trade_id, count } of doubles)
    yield `the trade ${trade_id} of ${symbol} is booked ${count} times`;

  const misplaced = rows<{ symbol: string; trade_id: string; client_order_id: string }>(
    sql,
    `SELECT f.symbol, f.trade_id, f.client_order_id FROM fills f
     LEFT JOIN orders o ON o.client_order_id = f.client_order_id
     WHERE f.account = ? AND f.client_order_id IS NOT NULL
       AND (o.id IS NULL OR o.account <> f.account OR o.symbol <> f.symbol
         OR o.leg IS NOT f.leg OR (o.side <> f.side AND f.is_assumed = 0))`,
    account,
  );
  for (const { symbol, trade_id, client_order_id } of misplaced)
    yield `the trade ${trade_id} of ${symbol} does not fit its order ${client_order_id}`;

  const strange = rows<{ symbol: string; trade_id: string }>(
    sql,
    `SELECT symbol, trade_id FROM fills WHERE account = ?1 AND client_order_id IS NULL AND reason IS NULL
     UNION ALL
     SELECT s.symbol, s.trade_id FROM stranger_fills s JOIN fills f USING (venue, account, symbol, trade_id)
       WHERE s.account = ?1 AND s.is_adopted = 0
     UNION ALL
     SELECT s.symbol, s.trade_id FROM stranger_fills s LEFT JOIN fills f USING (venue, account, symbol, trade_id)
       WHERE s.account = ?1 AND s.is_adopted = 1 AND f.id IS NULL`,
    account,
  );
  for (const { symbol, trade_id } of strange)
    yield `the trade ${trade_id} of ${symbol} is ours and a stranger's`;
}
