import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Desk } from '../../trading/desk.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { assertAgreement } from './agreement.ts';
import type { Fault } from './fake-venue.ts';
import { ACCOUNT, decided, MINUTE, orderOf, type Rig, START, STOP_ONLY, tradingRig } from './rig.ts';

/** Coins of 5.5 USDT, where 5 are the least, with a stop that is kept here. */
async function holding(t: TestContext, fault: (request: string) => Fault = () => null) {
  const rig = await tradingRig(t, { fault, policy: { stops: 'workflow' } });
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, {
    leg: 'entry',
    quantity: '0.055',
    exits: { ...STOP_ONLY, maxBars: 1 },
  });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  return { rig, desk };
}

/** Broken off where an hour does not do. */
async function flattened({ clock }: Rig, desk: Desk) {
  const hour = new AbortController();
  void clock.sleep(60 * MINUTE).then(() => hour.abort());
  const all = { symbols: null, actor: 'test', operationId: 'flatten' };
  return flattenAccount({ ...desk, signal: hour.signal }, all);
}

async function keep({ clock }: Rig, desk: Desk): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await keepPositions(desk, { bars: [], deadline: clock.now() + 5_000 });
    await clock.sleep(2_000);
  }
}

function assertDust(rig: Rig): void {
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assert.deepEqual(rig.ledger.dust(ACCOUNT), [{ symbol: 'BTCUSDT', quantity: '0.054945' }]);
  assert.deepEqual(rig.ledger.slots(ACCOUNT), []);
  assertAgreement(rig);
}

test('what is worth less than the venue’s least by now is dust to a flatten', async t => {
  const { rig, desk } = await holding(t);
  await rig.exchange.move(85);
  const { record, passes } = await flattened(rig, desk);
  assert.deepEqual([record.state, passes], ['halted', 1]);
  assert.equal(orderOf(rig, 'flatten'), undefined);
  assertDust(rig);
});

test('a flatten to which the venue tells no price sells all the same', async t => {
  const { rig, desk } = await holding(t, request => (request === 'quote' ? 'lost' : null));
  assert.equal((await flattened(rig, desk)).record.state, 'halted');
  assert.equal(orderOf(rig, 'flatten')?.status, 'filled');
  assertAgreement(rig);
});

test('nor does it wait for one that hangs', async t => {
  const { rig, desk } = await holding(t, request => (request === 'quote' ? { delayMs: 60_000 } : null));
  const begun = rig.clock.now();
  assert.equal((await flattened(rig, desk)).record.state, 'halted');
  assert.ok(rig.clock.now() < begun + 5_000);
});

test('one that the venue refuses without telling a price ends once it tells one', async t => {
  let tells = false;
  const { rig, desk } = await holding(t, request => (request === 'quote' && !tells ? 'lost' : null));
  await rig.exchange.move(85);
  void rig.clock.sleep(10_000).then(() => {
    tells = true;
  });
  assert.equal((await flattened(rig, desk)).record.state, 'halted');
  assert.equal(orderOf(rig, 'flatten')?.status, 'rejected');
  assertDust(rig);
});

test('a position whose time is up and that is worth less than the venue’s least by now is dust, without an order', async t => {
  const { rig, desk } = await holding(t);
  await rig.exchange.move(85);
  await rig.clock.sleep(2 * MINUTE);
  await keep(rig, desk);
  assert.equal(orderOf(rig, 'exit'), undefined);
  assertDust(rig);
});

test('an exit that was refused is valued by the price of now', async t => {
  const { rig, desk } = await holding(t);
  await rig.exchange.move(85);
  await rig.clock.sleep(MINUTE);
  const { planned, cancels } = await decided(desk, START + MINUTE, { leg: 'exit', quantity: '0.05494' });
  const deadline = START + 3 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  assert.equal(orderOf(rig, 'exit')?.status, 'rejected');
  await keep(rig, desk);
  assert.equal(orderOf(rig, 'exit')?.attempt, 1);
  assertDust(rig);
});
