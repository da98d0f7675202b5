import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ACCOUNT,
  bar,
  close,
  desk,
  entry,
  fill,
  openPosition,
  outcome,
  send,
  sentEntry,
  sentExit,
} from './fixtures.ts';

test('an entry is planned, sent once, filled, and its position is left again: cash, position and slot follow', async t => {
  const at = await desk(t);
  const { ledger, lease } = at;
  const { planned } = await ledger.commitClose(
    lease,
    close([bar()], of => [entry(of)]),
  );
  assert.equal(planned.length, 1);
  assert.equal(ledger.slots(ACCOUNT)[0].clientOrderId, planned[0].clientOrderId);

  const grant = await ledger.beginSending(lease, send(planned[0]));
  assert.equal(grant.kind, 'granted');
  assert.equal(grant.order.status, 'sending');
  assert.equal((await ledger.beginSending(lease, send(planned[0]))).kind, 'taken');

  const bought = fill(grant.order, { fees: [{ amount: '0.001', currency: 'BTC' }] });
  const filled = await ledger.recordOutcome(lease, outcome(grant.order, { fills: [bought] }));
  assert.equal(filled.status, 'filled');
  assert.equal(ledger.cash(ACCOUNT), '9900');
  const [position] = ledger.positions(ACCOUNT);
  assert.equal(position.quantity, '0.999');
  assert.equal(position.entryPrice, '100');
  assert.equal(position.fees, '0.1');

  const exit = await sentExit(at, { quantity: '5' });
  assert.equal(exit.quantity, '0.999');
  const fees = [{ amount: '0.10989', currency: 'USDT' }];
  await ledger.recordOutcome(lease, outcome(exit, { fills: [fill(exit, { price: '110', fees })] }));
  assert.deepEqual(ledger.positions(ACCOUNT), []);
  assert.deepEqual(ledger.slots(ACCOUNT), []);
  assert.equal(ledger.cash(ACCOUNT), '10009.78011');
  const [trade] = ledger.trades(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER });
  assert.equal(trade.exitPrice, '110');
  assert.equal(trade.closeReason, 'exit');
  assert.equal(Number(trade.realizedPnl) - Number(trade.fees), 9.78011);
  assert.deepEqual(ledger.check(ACCOUNT), []);
  const told = await ledger.outbox.due(Number.MAX_SAFE_INTEGER, 10);
  assert.deepEqual(
    told.map(({ notification }) => notification.event),
    ['trade-opened', 'trade-closed'],
  );
});

test('a lost response leaves the order unknown and blocks entries of its symbol', async t => {
  const at = await desk(t);
  const { ledger, lease } = at;
  const order = await sentEntry(at);
  const unknown = await ledger.recordOutcome(
    lease,
    outcome(order, { status: 'unknown', venueOrderId: null }),
  );
  assert.equal(unknown.status, 'unknown');
  assert.equal(ledger.slots(ACCOUNT).length, 1, 'it keeps its slot');
  const next = bar('BTCUSDT', bar().barTime + 60_000);
  const { planned } = await ledger.commitClose(
    lease,
    close([next], of => [entry(of)]),
  );
  assert.deepEqual(planned, []);
  assert.equal(ledger.decision(ACCOUNT, 'BTCUSDT', null)?.orders.length, 1);
  const [second] = ledger.decision(ACCOUNT, 'BTCUSDT', null)!.orders;
  assert.equal(ledger.order(second)?.reason, 'slot-lost');
});

test('an entry while a position is open finds no free slot', async t => {
  const at = await desk(t);
  await openPosition(at);
  const next = bar('BTCUSDT', bar().barTime + 60_000);
  const { planned } = await at.ledger.commitClose(
    at.lease,
    close([next], of => [entry(of)]),
  );
  assert.deepEqual(planned, []);
});
