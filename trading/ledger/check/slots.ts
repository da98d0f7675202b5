import type { DatabaseSync } from 'node:sqlite';
import { rows } from './rows.ts';

const OPEN = "status IN ('planned', 'sending', 'unknown', 'open')";

/**
 * An order that was found at the venue after all was told as a mismatch, and so was one that an operator took for done; another may
 * have taken its place meanwhile.
 */
const NOT_REVIVED = `NOT EXISTS (SELECT 1 FROM events e WHERE e.client_order_id = orders.client_order_id
  AND e.detail ->> '$.from' IN ('planned', 'withdrawn', 'rejected', 'lapsed', 'canceled', 'filled'))`;

/** A symbol has one slot exactly while an entry of it is not final or a position is open, held by an entry of it. */
export function* checkSlots(sql: DatabaseSync, account: string): Generator<string> {
  const needed = `SELECT symbol FROM orders WHERE account = ?1 AND leg = 'entry' AND ${OPEN}
    UNION SELECT symbol FROM positions WHERE account = ?1 AND closed_at IS NULL`;
  const held = 'SELECT symbol FROM slots WHERE account = ?1';
  for (const { symbol } of rows<{ symbol: string }>(sql, `${needed} EXCEPT ${held}`, account))
    yield `${symbol} is open and has no slot`;
  for (const { symbol } of rows<{ symbol: string }>(
    sql,
    `SELECT symbol FROM slots WHERE account = ?1 AND symbol NOT IN (${needed})`,
    account,
  ))
    yield `${symbol} has a slot and nothing is open`;
  // One that is planned may wait for the end of one that is being cancelled.
  const entries = rows<{ symbol: string; count: number }>(
    sql,
    `SELECT symbol, count(*) AS count FROM orders WHERE account = ? AND leg = 'entry' AND ${OPEN}
       AND ${NOT_REVIVED} GROUP BY symbol, status = 'planned' HAVING count(*) > 1`,
    account,
  );
  for (const { symbol, count } of entries) yield `${symbol} has ${count} entries that are not final`;
  const foreign = rows<{ symbol: string; client_order_id: string }>(
    sql,
    `SELECT s.symbol, s.client_order_id FROM slots s LEFT JOIN orders o USING (client_order_id)
     WHERE s.account = ? AND s.client_order_id <> '' AND (o.id IS NULL OR o.symbol <> s.symbol)`,
    account,
  );
  for (const { symbol, client_order_id } of foreign)
    yield `the slot of ${symbol} is held by ${client_order_id}, which is no order of it`;
}

export function* checkExits(sql: DatabaseSync, account: string): Generator<string> {
  const exits = rows<{ symbol: string; count: number }>(
    sql,
    `SELECT symbol, count(*) AS count FROM orders
     WHERE account = ? AND leg IN ('exit', 'flatten') AND ${OPEN} AND ${NOT_REVIVED}
     GROUP BY symbol HAVING count(*) > 1`,
    account,
  );
  for (const { symbol, count } of exits) yield `${symbol} has ${count} exits that are not final`;
}
