import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ACCOUNT,
  bar,
  type Desk,
  desk,
  fill,
  MINUTE,
  openPosition,
  outcome,
  START,
  sentEntry,
  sentExit,
} from './fixtures.ts';

let operations = 0;
function resolve(
  { ledger }: Desk,
  order: string,
  as: 'filled' | 'cancelled' | 'rejected',
  isVenueSilent?: boolean,
) {
  const operation = {
    message: 'resolve',
    account: ACCOUNT,
    operationId: `resolve ${++operations}`,
    actor: 'operator',
    payload: { order, as, evidence: 'order page' },
  } as const;
  return ledger.applyMessage(operation, { now: START, policy: null, isVenueSilent });
}

/** A position whose stop of all of it rests at the venue. */
async function stopped(at: Desk) {
  await openPosition(at);
  const stop = await sentExit(at, { type: 'stop', stopPrice: '95' }, bar(), 'stop');
  return await at.ledger.recordOutcome(at.lease, outcome(stop, { status: 'open', filled: '0' }));
}

const held = ({ ledger }: Desk) => ledger.positions(ACCOUNT).map(({ quantity }) => quantity);
const mismatches = async ({ ledger }: Desk) =>
  (await ledger.outbox.due(START + MINUTE, 100)).filter(
    ({ notification }) => notification.event === 'ledger-mismatch',
  ).length;

test('nobody’s word counts for an order that is open, unless its venue was asked and can’t say', async t => {
  const at = await desk(t);
  const { clientOrderId: id } = await stopped(at);
  for (const as of ['filled', 'cancelled', 'rejected'] as const)
    await assert.rejects(resolve(at, id, as), {
      code: 'ACCOUNT_STATE',
      message: new RegExp(`is open, .*trade cancel ${id.slice(0, 8)}`),
    });
  assert.deepEqual([at.ledger.order(id)?.status, held(at)], ['open', ['1']]);
  assert.equal((await resolve(at, id, 'cancelled', true)).outcome, 'resolved as cancelled');
  assert.equal(at.ledger.order(id)?.status, 'canceled');
});

test('an exit that was called filled and rests at the venue is open again, and what was assumed is taken back', async t => {
  const at = await desk(t);
  const stop = await stopped(at);
  await resolve(at, stop.clientOrderId, 'filled', true);
  assert.deepEqual(held(at), []);
  await openPosition(at, { quantity: '0.7' }, bar('BTCUSDT', START));
  const news = outcome(stop, { status: 'open', filled: '0' });
  for (const _ of [1, 2]) {
    const order = await at.ledger.recordOutcome(at.lease, news);
    assert.deepEqual([order.status, order.filled, order.reason], ['open', '0', null]);
    assert.deepEqual(held(at), ['1.7']);
    assert.deepEqual(at.ledger.check(ACCOUNT), []);
  }
  assert.equal(await mismatches(at), 1);
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(stop, { quantity: '1', price: '94' })], START);
  assert.deepEqual([at.ledger.order(stop.clientOrderId)?.status, held(at)], ['filled', ['0.7']]);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an exit that was called filled and was canceled sold nothing', async t => {
  const at = await desk(t);
  const stop = await stopped(at);
  await resolve(at, stop.clientOrderId, 'filled', true);
  const news = outcome(stop, { status: 'canceled', filled: '0' });
  assert.equal((await at.ledger.recordOutcome(at.lease, news)).status, 'canceled');
  assert.deepEqual(held(at), ['1']);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('fills of an exit that was called filled never turn the next position round', async t => {
  const at = await desk(t);
  const stop = await stopped(at);
  await resolve(at, stop.clientOrderId, 'filled', true);
  await openPosition(at, { quantity: '0.7' }, bar('BTCUSDT', START));
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(stop, { quantity: '1', price: '94' })], START);
  assert.deepEqual(held(at), ['0.7']);
  const sides = at.ledger.trades(ACCOUNT, { fromTime: 0, toTime: START * 2 }).map(({ side }) => side);
  assert.ok(sides.every(side => side === 'LONG'));
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an order that was called cancelled and rests at the venue is open again', async t => {
  const at = await desk(t);
  const stop = await stopped(at);
  await resolve(at, stop.clientOrderId, 'cancelled', true);
  const news = outcome(stop, { status: 'open', filled: '0' });
  assert.equal((await at.ledger.recordOutcome(at.lease, news)).status, 'open');
  assert.equal(await mismatches(at), 1);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('of an order that the venue itself called canceled, an old “open” changes nothing', async t => {
  const at = await desk(t);
  const stop = await stopped(at);
  await at.ledger.recordOutcome(at.lease, outcome(stop, { status: 'canceled', filled: '0' }));
  const news = outcome(stop, { status: 'open', filled: '0' });
  assert.equal((await at.ledger.recordOutcome(at.lease, news)).status, 'canceled');
});

test('what is sold on spot beyond the position is owed as dust and told: nobody is short, and the next positions add up', async t => {
  const at = await desk(t);
  const stop = await stopped(at);
  await resolve(at, stop.clientOrderId, 'cancelled', true);
  const exit = await sentExit(at, { quantity: '0.998' });
  await at.ledger.recordOutcome(
    at.lease,
    outcome(exit, { status: 'filled', fills: [fill(exit, { quantity: '0.998' })] }),
  );
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(stop, { quantity: '1', price: '94' })], START);
  assert.deepEqual(held(at), []);
  assert.deepEqual(at.ledger.dust(ACCOUNT), [{ symbol: 'BTCUSDT', quantity: '-0.998' }]);
  assert.equal(await mismatches(at), 1);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
  for (const barTime of [START, START + MINUTE]) {
    await openPosition(at, { quantity: '0.7' }, bar('BTCUSDT', barTime));
    assert.deepEqual(held(at), ['0.7']);
    const out = await sentExit(at, { quantity: '0.7' }, bar('BTCUSDT', barTime));
    await at.ledger.recordOutcome(
      at.lease,
      outcome(out, { status: 'filled', fills: [fill(out, { quantity: '0.7' })] }),
    );
    assert.deepEqual(at.ledger.check(ACCOUNT), []);
  }
});

test('a sale that goes a little beyond the position ends it, and shifts no position after it', async t => {
  const at = await desk(t);
  await openPosition(at);
  const exit = await sentExit(at);
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(exit, { quantity: '1.0000125' })], START);
  assert.deepEqual(held(at), []);
  assert.deepEqual(at.ledger.dust(ACCOUNT), [{ symbol: 'BTCUSDT', quantity: '-0.0000125' }]);
  await openPosition(at, { quantity: '0.7' }, bar('BTCUSDT', START));
  assert.deepEqual(held(at), ['0.7']);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('an entry that was called filled, sold since, and is filled in truth leaves nobody short', async t => {
  const at = await desk(t);
  const order = await sentEntry(at);
  await resolve(at, order.clientOrderId, 'filled');
  const exit = await sentExit(at);
  await at.ledger.recordOutcome(at.lease, outcome(exit, { status: 'filled', fills: [fill(exit)] }));
  const fees = [{ amount: '0.001', currency: 'BTC' }];
  await at.ledger.recordFills(at.lease, ACCOUNT, [fill(order, { fees })], START);
  assert.deepEqual(held(at), []);
  assert.deepEqual(at.ledger.dust(ACCOUNT), [{ symbol: 'BTCUSDT', quantity: '-0.001' }]);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});
