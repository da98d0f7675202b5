import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { assertAgreement } from './agreement.ts';
import type { Fault } from './fake-venue.ts';
import { ACCOUNT, decided, MINUTE, orderOf, START, SYMBOL, tradingRig } from './rig.ts';

const ALL = { symbols: null, actor: 'test', operationId: 'flatten' };

async function holding(t: TestContext, fault: (request: string) => Fault = () => null, quantity = '0.5') {
  const rig = await tradingRig(t, { fault });
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry', quantity });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  return { rig, desk };
}

test('flattening ends own orders, sells at market, verifies, and leaves the account halted', async t => {
  const { rig, desk } = await holding(t);
  const { record } = await flattenAccount(desk, ALL);
  assert.equal(record.state, 'halted');
  assert.equal(orderOf(rig, 'stop')?.status, 'canceled');
  assert.equal(orderOf(rig, 'flatten')?.status, 'filled');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
});

test('while the venue is down it is asked again without end, with an alarm soon and every five minutes', async t => {
  let isDown = false;
  const { rig, desk } = await holding(t, () => (isDown ? 'lost' : null));
  isDown = true;
  const began = rig.clock.now();
  const backAt = began + 16 * MINUTE;
  const back = rig.clock.sleep(16 * MINUTE).then(() => {
    isDown = false;
  });
  const { record, passes } = await flattenAccount(desk, ALL);
  await back;
  assert.ok(rig.clock.now() >= backAt && passes > 100);
  assert.equal(record.state, 'halted');
  const due = await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 500);
  const alarms = due.filter(({ notification }) => notification.event === 'flatten-blocked');
  assert.deepEqual(
    alarms.map(({ notification }) => Math.round((notification.at - began) / MINUTE)),
    [0, 5, 10, 15],
  );
  assertAgreement(rig);
});

test('whoever goes on with a flattening knows what was told of it', async t => {
  let isDown = false;
  const { rig, desk } = await holding(t, () => (isDown ? 'lost' : null));
  isDown = true;
  const events = (kind: string) => rig.ledger.events(ACCOUNT, 1_000).filter(event => event.kind === kind);
  for (let part = 0; part < 4; part++) {
    const breaking = new AbortController();
    const going = flattenAccount({ ...desk, signal: breaking.signal }, ALL);
    await rig.clock.sleep(2 * MINUTE);
    breaking.abort();
    await assert.rejects(going, { code: 'TRADING_LATE' });
  }
  const due = await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 500);
  const alarms = due.filter(({ notification }) => notification.event === 'flatten-blocked');
  assert.equal(alarms.length, 2);
  assert.deepEqual(
    events('flatten-blocked').map(({ detail }) => (detail as { alarms: number }).alarms),
    [0, 1, 2],
  );
  isDown = false;
  assert.equal((await flattenAccount(desk, ALL)).record.state, 'halted');
  assertAgreement(rig);
});

test('an empty answer about balances is not taken for flat', async t => {
  const { rig, desk } = await holding(t);
  const balances = rig.venue.balances;
  let empties = 60;
  const venue = { ...rig.venue, balances: async () => (empties-- > 0 ? [] : balances()) };
  const { passes } = await flattenAccount({ ...desk, venue }, ALL);
  assert.ok(passes > 1);
  assert.equal(orderOf(rig, 'flatten')?.status, 'filled');
  assertAgreement(rig);
});

test('what is left under the least order is booked as dust, and is flat', async t => {
  const { rig, desk } = await holding(t, () => null, '0.50001');
  const { record } = await flattenAccount(desk, ALL);
  assert.equal(record.state, 'halted');
  assert.deepEqual(rig.ledger.dust(ACCOUNT), [{ symbol: SYMBOL, quantity: '0.00000999' }]);
  assertAgreement(rig);
});

test('an entry whose outcome is unknown is settled before anything is called flat', async t => {
  let submits = 0;
  const { rig, desk } = await holding(t, request =>
    request === 'submit' && submits++ === 0 ? 'lost' : null,
  );
  assert.equal(orderOf(rig, 'entry')?.status, 'unknown');
  const began = rig.clock.now();
  await flattenAccount(desk, ALL);
  assert.equal(orderOf(rig, 'entry')?.status, 'lapsed');
  assert.ok(rig.clock.now() - began > 19_000);
});

test('flattening some symbols leaves the account running', async t => {
  const { rig, desk } = await holding(t);
  const { record } = await flattenAccount(desk, { ...ALL, symbols: [SYMBOL] });
  assert.equal(record.state, 'running');
  assert.deepEqual(
    record.pausedSymbols.map(({ symbol }) => symbol),
    [SYMBOL],
  );
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
});

test('a sale that fills later is waited for, not cancelled and sent again', async t => {
  const { rig, desk } = await holding(t);
  rig.exchange.fillShare = 0;
  const later = rig.clock.sleep(40_000).then(() => rig.exchange.fillRest());
  await flattenAccount(desk, ALL);
  await later;
  assert.deepEqual([orderOf(rig, 'flatten')?.status, orderOf(rig, 'flatten')?.attempt], ['filled', 1]);
  assertAgreement(rig);
});

test('a symbol that can’t be closed yet keeps nobody from closing the rest', async t => {
  let isDown = false;
  const { rig, desk } = await holding(t, () => (isDown ? 'lost' : null));
  isDown = true;
  const one = flattenAccount(desk, { ...ALL, symbols: [SYMBOL], operationId: 'one' });
  await rig.clock.sleep(20_000);
  await rig.ledger.applyMessage(
    { message: 'flatten', account: ACCOUNT, operationId: 'all', actor: 'test', payload: {} },
    { now: rig.clock.now(), policy: null },
  );
  const { record, isDone } = await one;
  assert.deepEqual([record.state, isDone], ['flattening', false]);
  isDown = false;
  const all = await flattenAccount(desk, { ...ALL, operationId: 'all/again' });
  assert.deepEqual([all.record.state, all.isDone], ['halted', true]);
  const begun = rig.ledger.events(ACCOUNT, 100).filter(({ operationId }) => operationId === 'all/again');
  assert.deepEqual(begun, [], 'what is being flattened already is not told again');
  assertAgreement(rig);
});
