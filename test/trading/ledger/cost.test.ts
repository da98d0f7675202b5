import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import {
  ACCOUNT,
  bar,
  close,
  desk,
  entry,
  fill,
  MINUTE,
  openPosition,
  outcome,
  START,
  sentExit,
} from './fixtures.ts';

/** Tables that never hold more than what is open now. */
const SMALL = /^(SCAN|SEARCH) (sqlite_schema|slots|symbol_pauses|lease|ledger|accounts|CONSTANT|\(|markets)/;

test('nothing that is asked at a bar, an order or a fill walks through what happened before', async t => {
  const asked = new Set<string>();
  const { prepare } = DatabaseSync.prototype;
  t.mock.method(DatabaseSync.prototype, 'prepare', function (this: DatabaseSync, text: string) {
    asked.add(text);
    return prepare.call(this, text);
  });

  const at = await desk(t);
  const { ledger, lease } = at;
  await openPosition(at, { fees: [{ amount: '0.0005', currency: 'BTC' }] });
  const stop = await sentExit(at, { type: 'stop', stopPrice: '90' }, bar(), 'stop');
  await ledger.recordOutcome(lease, outcome(stop, { status: 'unknown', venueOrderId: null }));
  await ledger.recordMiss(lease, { clientOrderId: stop.clientOrderId, time: START });
  const early = fill(stop, { clientOrderId: null, venueOrderId: 'v9' });
  await ledger.recordFills(lease, ACCOUNT, [early], START);
  await ledger.recordOutcome(lease, outcome(stop, { venueOrderId: 'v9' }));
  await ledger.recordFills(lease, ACCOUNT, [fill(stop, { quantity: '0.0005' })], START);
  await ledger.commitClose(
    lease,
    close([bar('ETHUSDT', START + MINUTE)], of => [entry(of)]),
  );
  ledger.positions(ACCOUNT);
  ledger.openOrders(ACCOUNT);
  ledger.lastFillTime(ACCOUNT, 'BTCUSDT');
  ledger.decision(ACCOUNT, 'BTCUSDT', null);
  await ledger.outbox.due(START, 10);
  assert.deepEqual(ledger.dust(ACCOUNT), []);

  const database = new DatabaseSync(at.path);
  t.after(() => database.close());
  const questions = [...asked].filter(text => /^\s*(SELECT|UPDATE|DELETE)/.test(text));
  assert.ok(questions.length > 35, `${questions.length} questions`);
  for (const text of questions) {
    const plan = prepare.call(database, `EXPLAIN QUERY PLAN ${text}`).all() as { detail: string }[];
    const walks = plan.filter(({ detail }) => /^SCAN/.test(detail) && !SMALL.test(detail));
    // The newest rowid of a table is found at its end.
    if (/^SELECT max\(id\) AS id FROM \w+$/.test(text)) continue;
    assert.deepEqual(walks, [], text);
  }
});
