import type { DatabaseSync } from 'node:sqlite';
import { rows } from './rows.ts';

interface DecisionRow {
  readonly id: number;
  readonly symbol: string;
  readonly timeframe: string;
  readonly bar_time: number;
  readonly orders: string;
}

/** A bar has one decision, each with its prediction; a decision's orders are there and of its bar, an entry is of one decision. */
export function* checkDecisions(sql: DatabaseSync, account: string): Generator<string> {
  const doubles = rows<{ symbol: string; timeframe: string; bar_time: number; count: number }>(
    sql,
    `SELECT symbol, timeframe, bar_time, count(*) AS count FROM decisions WHERE account = ?
     GROUP BY symbol, timeframe, bar_time HAVING count(*) > 1`,
    account,
  );
  for (const { symbol, timeframe, bar_time, count } of doubles)
    yield `${symbol}/${timeframe} has ${count} decisions of the bar ${bar_time}`;

  const bare = rows<{ id: number }>(
    sql,
    `SELECT id FROM decisions WHERE account = ? AND NOT EXISTS (SELECT 1 FROM predictions p
       WHERE p.account = decisions.account AND p.symbol = decisions.symbol
         AND p.timeframe = decisions.timeframe AND p.bar_time = decisions.bar_time)`,
    account,
  );
  for (const { id } of bare) yield `decision ${id} has no prediction`;

  const find = sql.prepare(
    'SELECT symbol, timeframe, bar_time FROM orders WHERE client_order_id = ? AND account = ?',
  );
  for (const row of rows<DecisionRow>(
    sql,
    'SELECT * FROM decisions WHERE account = ? ORDER BY id',
    account,
  )) {
    for (const order of JSON.parse(row.orders) as string[]) {
      const found = find.get(order, account);
      if (!found) yield `decision ${row.id} names the order ${order}, which is not there`;
      else if (!isOfBar(found as never, row))
        yield `decision ${row.id} names the order ${order} of another bar`;
    }
  }
  const entries = rows<{ id: string; count: number }>(
    sql,
    `SELECT client_order_id AS id, (
       SELECT count(*) FROM decisions d, json_each(d.orders)
       WHERE d.account = o.account AND d.symbol = o.symbol AND d.timeframe = o.timeframe
         AND d.bar_time = o.bar_time AND value = o.client_order_id
     ) AS count FROM orders o WHERE account = ? AND leg = 'entry' AND count <> 1`,
    account,
  );
  for (const { id, count } of entries) yield `the entry ${id} belongs to ${count} decisions`;
}

function isOfBar(order: Omit<DecisionRow, 'id' | 'orders'>, row: DecisionRow): boolean {
  return order.symbol === row.symbol && order.timeframe === row.timeframe && order.bar_time === row.bar_time;
}
