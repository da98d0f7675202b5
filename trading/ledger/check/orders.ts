import type { DatabaseSync } from 'node:sqlite';
import { FINAL_STATUSES, type OrderKey, type OrderStatus } from '../../../contracts/trading.ts';
import { amount, digits } from '../amounts.ts';
import { clientOrderId } from '../client-order-id.ts';
import type { OrderRow } from '../orders.ts';
import { rows } from './rows.ts';

interface SentRow extends OrderRow {
  readonly sendings: number;
  readonly last: string | null;
  readonly found: number;
}

/** Events that say an order's status, as SQL. */
const STATUS_EVENTS = `kind IN (${['planned', 'withdrawn', 'sending', 'unknown', 'open', ...FINAL_STATUSES]
  .map(status => `'order-${status}'`)
  .join(', ')})`;

/** No id is sent twice; what was sent was granted once; the status that is kept is the one that was written last. */
export function* checkSendings(sql: DatabaseSync, account: string): Generator<string> {
  const ledger = sql.prepare('SELECT id FROM ledger').get() as { id: string };
  const orders = rows<SentRow>(
    sql,
    `SELECT orders.*,
       (SELECT count(*) FROM events WHERE events.client_order_id = orders.client_order_id
          AND kind = 'order-sending') AS sendings,
       (SELECT substr(kind, 7) FROM events WHERE events.client_order_id = orders.client_order_id
          AND ${STATUS_EVENTS} ORDER BY events.id DESC LIMIT 1) AS last,
       (SELECT count(*) FROM events WHERE events.client_order_id = orders.client_order_id
          AND detail ->> '$.from' IN ('planned', 'withdrawn')) AS found
     FROM orders WHERE account = ? ORDER BY orders.id`,
    account,
  );
  for (const row of orders) {
    const id = row.client_order_id;
    const isAway = row.status !== 'planned' && row.status !== 'withdrawn';
    if (row.sendings > 1) yield `${id} was sent ${row.sendings} times`;
    // An order that the venue has although the ledger never sent it is told as a mismatch when it is found.
    else if (isAway && row.sendings === 0 && row.found === 0)
      yield `${id} is ${row.status} and was never granted`;
    if ((row.sent_at !== null) !== row.sendings > 0)
      yield `${id} has a time of sending and a grant that disagree`;
    if (row.last !== row.status) yield `${id} is ${row.status}, its events say ${row.last}`;
    if (clientOrderId(ledger.id, keyOf(row)) !== id) yield `${id} is not the id of its own key`;
  }
  const lost = rows<{ id: string }>(
    sql,
    `SELECT DISTINCT client_order_id AS id FROM events WHERE account = ? AND kind = 'order-sending'
       AND client_order_id NOT IN (SELECT client_order_id FROM orders)`,
    account,
  );
  for (const { id } of lost) yield `${id} was sent and is no order`;
}

/** An order holds what its fills add up to; what is over its quantity is marked. */
export function* checkOrderFills(sql: DatabaseSync, account: string): Generator<string> {
  const orders = rows<OrderRow & { bought: string; sold: string }>(
    sql,
    `SELECT orders.*,
       (SELECT exact_sum(f.quantity) FROM fills f WHERE f.client_order_id = orders.client_order_id
          AND f.side = orders.side) AS bought,
       (SELECT exact_sum(f.quantity) FROM fills f WHERE f.client_order_id = orders.client_order_id
          AND f.side <> orders.side) AS sold
     FROM orders WHERE account = ? ORDER BY id`,
    account,
  );
  for (const row of orders) {
    const filled = amount(row.bought).minus(row.sold);
    if (digits(filled) !== row.filled)
      yield `${row.client_order_id} is kept as filled ${row.filled}; its fills add up to ${digits(filled)}`;
    const over = filled.minus(row.quantity);
    const marked = over.gt(0) ? digits(over) : null;
    if (marked !== row.over_fill)
      yield `${row.client_order_id} is over-filled by ${marked ?? 'nothing'}, marked is ${row.over_fill ?? 'nothing'}`;
    if (row.status === 'filled' && row.reported_filled !== null && filled.lt(row.reported_filled))
      yield `${row.client_order_id} is final before its fills add up to ${row.reported_filled}`;
  }
}

export function isOpenStatus(status: OrderStatus): boolean {
  return !FINAL_STATUSES.has(status);
}

function keyOf({ account, symbol, timeframe, bar_time, leg, attempt }: OrderRow): OrderKey {
  return { account, symbol, timeframe, barTime: bar_time, leg, attempt };
}
