import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import {
  ACCOUNT,
  bar,
  close,
  type Desk,
  desk,
  entry,
  fill,
  MINUTE,
  openPosition,
  outcome,
  START,
  send,
  sentExit,
} from './fixtures.ts';

/** A ledger with a closed trade, dust, an open position, a resting stop, a planned entry, a rejection and funding. */
async function story(at: Desk): Promise<void> {
  const { ledger, lease } = at;
  await openPosition(at, { fees: [{ amount: '0.0005', currency: 'BTC' }] });
  const exit = await sentExit(at);
  const fees = [
    { amount: '0.1', currency: 'USDT' },
    { amount: '0.001', currency: 'BNB' },
  ];
  await ledger.recordOutcome(lease, outcome(exit, { fills: [fill(exit, { price: '110', fees })] }));
  await openPosition(at, { quantity: '0.5' }, bar('BTCUSDT', START));
  const stop = await sentExit(at, { type: 'stop', stopPrice: '90' }, bar('BTCUSDT', START), 'stop');
  await ledger.recordOutcome(lease, outcome(stop, { status: 'open' }));
  const { planned } = await ledger.commitClose(
    lease,
    close([bar('ETHUSDT')], of => [entry(of)]),
  );
  await ledger.beginSending(lease, send(planned[0]));
  await ledger.recordOutcome(lease, outcome(ledger.order(planned[0].clientOrderId)!, { status: 'rejected' }));
  await ledger.commitClose(
    lease,
    close([bar('ETHUSDT', START + 2 * MINUTE)], of => [entry(of)]),
  );
  await ledger.recordCash(lease, {
    account: ACCOUNT,
    symbol: null,
    kind: 'funding',
    amount: '-1',
    time: START,
    key: 'f',
  });
}

interface Corruption {
  readonly what: string;
  readonly sql: string;
  /** Number of the invariant that must fail. */
  readonly breaks: string;
}

const FIRST_FILL = '(SELECT min(id) FROM fills)';
const ANY_ENTRY = "(SELECT client_order_id FROM orders WHERE leg = 'entry' ORDER BY id LIMIT 1)";
const REJECTED = "(SELECT client_order_id FROM orders WHERE status = 'rejected')";
const PLANNED = "(SELECT client_order_id FROM orders WHERE status = 'planned')";
const COPY = (table: string, columns: string, where: string) =>
  `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${table} WHERE ${where}`;
const EVENT = 'account, at, kind, symbol, client_order_id, actor, reason, operation_id, detail';

const CORRUPTIONS: readonly Corruption[] = [
  {
    what: 'an order that was sent twice',
    breaks: '1',
    sql: COPY('events', EVENT, `kind = 'order-sending' AND client_order_id = ${ANY_ENTRY}`),
  },
  {
    what: 'a grant that is gone',
    breaks: '1',
    sql: `DELETE FROM events WHERE kind = 'order-sending' AND client_order_id = ${ANY_ENTRY}`,
  },
  {
    what: 'an order that is sending without a grant',
    breaks: '1',
    sql: `UPDATE orders SET status = 'sending' WHERE client_order_id = ${PLANNED}`,
  },
  {
    what: 'a final order that is planned again',
    breaks: '1',
    sql: `UPDATE orders SET status = 'planned' WHERE client_order_id = ${REJECTED}`,
  },
  {
    what: 'an order under another id',
    breaks: '1',
    sql: `UPDATE orders SET client_order_id = '${'a'.repeat(32)}' WHERE client_order_id = ${PLANNED}`,
  },
  {
    what: 'an order that is gone',
    breaks: '1',
    sql: `DELETE FROM orders WHERE client_order_id = ${REJECTED}`,
  },
  {
    what: 'a second decision of a bar',
    breaks: '2',
    sql: COPY(
      'decisions',
      'account, symbol, timeframe, bar_time, close_time, at, rules, outcome, orders, cancels',
      'id = 1',
    ),
  },
  {
    what: 'a decision without its prediction',
    breaks: '2',
    sql: 'DELETE FROM predictions WHERE rowid IN (SELECT rowid FROM predictions LIMIT 1)',
  },
  {
    what: 'an entry that no decision knows',
    breaks: '2',
    sql: "UPDATE decisions SET orders = '[]' WHERE id = 1",
  },
  {
    what: 'a decision of an order that is not there',
    breaks: '2',
    sql: `UPDATE decisions SET orders = '["x"]' WHERE id = 1`,
  },
  {
    what: 'a decision moved to another bar',
    breaks: '2',
    sql: 'UPDATE decisions SET bar_time = bar_time + 1 WHERE id = 1',
  },
  {
    what: 'a fill that is booked twice',
    breaks: '3',
    sql: COPY(
      'fills',
      'venue, account, symbol, trade_id, client_order_id, venue_order_id, leg, side, price, quantity, contract_size, fees, fee_base, fee_quote, fee_other, is_maker, time, reason, booked_at',
      `id = ${FIRST_FILL}`,
    ),
  },
  {
    what: 'a fill of an order of another symbol',
    breaks: '3',
    sql: `UPDATE fills SET symbol = 'ETHUSDT' WHERE id = ${FIRST_FILL}`,
  },
  {
    what: 'a fill without order and reason',
    breaks: '3',
    sql: `UPDATE fills SET client_order_id = NULL, leg = NULL WHERE id = ${FIRST_FILL}`,
  },
  {
    what: 'a fill that is a stranger’s too',
    breaks: '3',
    sql: `INSERT INTO stranger_fills (venue, account, symbol, trade_id, venue_order_id, fill, seen_at) SELECT venue, account, symbol, trade_id, '', '{}', 0 FROM fills WHERE id = ${FIRST_FILL}`,
  },
  {
    what: 'cash that is off in the eighth digit',
    breaks: '4',
    sql: `UPDATE accounts SET cash = cash || '00000001'`,
  },
  {
    what: 'a movement of cash that is gone',
    breaks: '4',
    sql: "DELETE FROM cash_movements WHERE kind = 'funding'",
  },
  { what: 'a fill that is gone', breaks: '4', sql: `DELETE FROM fills WHERE id = ${FIRST_FILL}` },
  {
    what: 'a fill at another price',
    breaks: '4',
    sql: `UPDATE fills SET price = '100.01' WHERE id = ${FIRST_FILL}`,
  },
  {
    what: 'a fill of another size',
    breaks: '4',
    sql: `UPDATE fills SET quantity = '2' WHERE id = ${FIRST_FILL}`,
  },
  {
    what: 'a fee that is charged otherwise than named',
    breaks: '4',
    sql: "UPDATE fills SET fee_quote = '0.2' WHERE fee_quote <> '0'",
  },
  {
    what: 'a position that is larger than its fills',
    breaks: '4',
    sql: "UPDATE positions SET in_quantity = '0.6' WHERE closed_at IS NULL",
  },
  {
    what: 'a position with another entry price',
    breaks: '4',
    sql: "UPDATE positions SET in_quote = '51' WHERE closed_at IS NULL",
  },
  {
    what: 'a closed trade with another gain',
    breaks: '4',
    sql: "UPDATE positions SET out_quote = '120' WHERE closed_at IS NOT NULL",
  },
  {
    what: 'a trade’s fees in a third currency',
    breaks: '4',
    sql: "UPDATE positions SET fee_other = '{}' WHERE closed_at IS NOT NULL",
  },
  {
    what: 'a position that is on the other side',
    breaks: '4',
    sql: "UPDATE positions SET side = 'SHORT' WHERE closed_at IS NULL",
  },
  {
    what: 'an open position that is marked closed',
    breaks: '4',
    sql: 'UPDATE positions SET closed_at = 5 WHERE closed_at IS NULL',
  },
  { what: 'a position that is gone', breaks: '4', sql: 'DELETE FROM positions WHERE closed_at IS NULL' },
  {
    what: 'a position that no fill made',
    breaks: '4',
    sql: "INSERT INTO positions (account, symbol, timeframe, side, entry_order, signal_bar_time, opened_at, opened_event) VALUES ('main', 'ETHUSDT', '1m', 'LONG', '', 0, 0, 0)",
  },
  { what: 'dust of another size', breaks: '4', sql: "UPDATE dust_movements SET total = '7'" },
  { what: 'dust that is gone', breaks: '4', sql: 'DELETE FROM dust_movements' },
  {
    what: 'an order with another sum of fills',
    breaks: '5',
    sql: `UPDATE orders SET filled = '0.5' WHERE client_order_id = ${ANY_ENTRY}`,
  },
  {
    what: 'an over-fill that is not marked',
    breaks: '5',
    sql: `UPDATE orders SET quantity = '0.9' WHERE client_order_id = ${ANY_ENTRY}`,
  },
  {
    what: 'a mark of an over-fill that is none',
    breaks: '5',
    sql: `UPDATE orders SET over_fill = '0.1' WHERE client_order_id = ${ANY_ENTRY}`,
  },
  {
    what: 'a final order whose fills are missing',
    breaks: '5',
    sql: `UPDATE orders SET reported_filled = '3' WHERE client_order_id = ${ANY_ENTRY}`,
  },
  { what: 'a slot that is gone', breaks: '6', sql: "DELETE FROM slots WHERE symbol = 'BTCUSDT'" },
  { what: 'a slot of nothing', breaks: '6', sql: "INSERT INTO slots VALUES ('main', 'DOGEUSDT', '', '0')" },
  {
    what: 'a slot held by an order of another symbol',
    breaks: '6',
    sql: `UPDATE slots SET client_order_id = ${ANY_ENTRY} WHERE symbol = 'ETHUSDT'`,
  },
  {
    what: 'two exits that are not final',
    breaks: '7',
    sql: "UPDATE orders SET leg = 'exit', status = 'open' WHERE leg IN ('stop', 'exit')",
  },
  {
    what: 'an entry sent while the account was halted',
    breaks: '8',
    sql: `UPDATE events SET detail = '{"from":"stopped","to":"halted"}' WHERE kind = 'state'`,
  },
  {
    what: 'an entry sent while its symbol was paused',
    breaks: '8',
    sql: "INSERT INTO events (id, account, at, kind, symbol, actor) VALUES (-1, 'main', 0, 'symbol-paused', 'BTCUSDT', 'x')",
  },
  {
    what: 'an entry sent after its time',
    breaks: '8',
    sql: `UPDATE orders SET valid_until = 5 WHERE client_order_id = ${ANY_ENTRY}`,
  },
  { what: 'a state that no event led to', breaks: '8', sql: "UPDATE accounts SET state = 'paused'" },
  {
    what: 'a notification that is gone',
    breaks: '9',
    sql: "DELETE FROM outbox WHERE event = 'order-rejected'",
  },
  {
    what: 'a notification of something else',
    breaks: '9',
    sql: "UPDATE outbox SET event = 'test' WHERE event = 'trade-closed'",
  },
];

/** Changes a database as an editor of files would: no trigger, no key, no unique index is in the way. */
function corrupt(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA foreign_keys = OFF');
  for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    database.exec(`DROP TRIGGER ${name}`);
  for (const table of ['orders', 'decisions', 'fills', 'predictions']) {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
    const list = columns.map(({ name }) => (name === 'id' ? 'id INTEGER PRIMARY KEY' : name)).join(', ');
    database.exec(`CREATE TABLE bare (${list}); INSERT INTO bare SELECT * FROM ${table}; DROP TABLE ${table};
      ALTER TABLE bare RENAME TO ${table};`);
  }
  // Columns of a bare table have no defaults.
  database.exec(sql);
  database.exec('UPDATE fills SET is_assumed = coalesce(is_assumed, 0)');
  database.close();
}

test('an untouched ledger has no violations', async t => {
  const at = await desk(t);
  await story(at);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
  corrupt(at.path, 'SELECT 1');
  assert.deepEqual(at.ledger.check(ACCOUNT), [], 'nor has one that was only rebuilt');
});

for (const { what, breaks, sql } of CORRUPTIONS) {
  test(`${what} breaks invariant ${breaks}`, async t => {
    const at = await desk(t);
    await story(at);
    corrupt(at.path, sql);
    const violations = at.ledger.check(ACCOUNT);
    const broken = violations.filter(({ invariant }) => invariant.startsWith(`${breaks} `));
    assert.ok(broken.length > 0, `found ${JSON.stringify(violations)}`);
    assert.ok(broken.every(({ detail }) => detail.length > 10));
  });
}

test('a paper account must hold what its engine holds, to 1e-9', async t => {
  const at = await desk(t, { mode: 'paper' });
  const order = await openPosition(at, { fees: [{ amount: '0.001', currency: 'BTC' }] });
  const book = { state: { bar: 1 }, revision: 0, fills: [], orders: [] };
  const positions = { BTCUSDT: 0.999 + 4e-10 };
  await at.ledger.paper.write(at.lease, ACCOUNT, { ...book, holdings: { cash: 9_900 + 1e-6, positions } });
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
  const off = { cash: 9_901, positions: { BTCUSDT: 0.998 } };
  await at.ledger.paper.write(at.lease, ACCOUNT, { ...book, revision: 1, holdings: off });
  assert.deepEqual(
    at.ledger.check(ACCOUNT).map(({ invariant }) => invariant[0]),
    ['4', '4'],
  );
  const waiting = {
    ...book,
    revision: 2,
    holdings: off,
    fills: [fill(order, { tradeId: 'not booked yet' })],
  };
  await at.ledger.paper.write(at.lease, ACCOUNT, waiting);
  assert.deepEqual(at.ledger.check(ACCOUNT), [], 'a fill that waits explains the difference');
});

test('what happened can’t be changed or deleted', async t => {
  const at = await desk(t);
  await story(at);
  const database = new DatabaseSync(at.path);
  for (const table of ['events', 'fills', 'decisions', 'predictions', 'cash_movements', 'dust_movements']) {
    assert.throws(() => database.exec(`DELETE FROM ${table}`), /append-only/);
    assert.throws(() => database.exec(`UPDATE ${table} SET account = account`), /append-only/);
  }
  database.close();
});

test('what is written during a check is not seen by it, only by the next one', async t => {
  const at = await desk(t);
  await story(at);
  const other = new DatabaseSync(at.path);
  t.after(() => other.close());
  const { prepare } = DatabaseSync.prototype;
  let prepared = 0;
  const mocked = t.mock.method(
    DatabaseSync.prototype,
    'prepare',
    function (this: DatabaseSync, text: string) {
      if (++prepared === 3) other.exec("UPDATE accounts SET cash = '0'");
      return prepare.call(this, text);
    },
  );
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
  mocked.mock.restore();
  assert.equal(at.ledger.check(ACCOUNT).length, 1);
});
