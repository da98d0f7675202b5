import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Desk, until } from '../../trading/desk.ts';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { settledOrSilent } from '../../trading/orders/ask-venue.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { assertAgreement } from './agreement.ts';
import type { Fault } from './fake-venue.ts';
import { ACCOUNT, decided, MINUTE, orderOf, type Rig, START, STOP_ONLY, tradingRig } from './rig.ts';

const ALL = { symbols: null, actor: 'test', operationId: 'flatten' };

/** A position whose stop rests at the venue. */
async function holding(t: TestContext, fault: (request: string) => Fault = () => null) {
  const rig = await tradingRig(t, { fault });
  const desk = await rig.desk();
  await enter(desk, START);
  assert.equal(orderOf(rig, 'stop')?.status, 'open');
  return { rig, desk };
}

async function enter(desk: Desk, barTime: number): Promise<void> {
  const { planned, cancels } = await decided(desk, barTime, { leg: 'entry' });
  const deadline = barTime + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
}

/** As the account is looked after between two closes. */
async function watch(rig: Rig, desk: Desk, passes: number): Promise<void> {
  const soon = () => ({ deadline: rig.clock.now() + 10_000 });
  for (let pass = 0; pass < passes; pass++) {
    await settleAccount(desk, soon());
    await keepPositions(desk, { bars: [], ...soon() });
    rig.clock.advance(2_000);
  }
}

/** An operator's wrong word that got past the question to the venue. */
function misjudge(rig: Rig, as: 'filled' | 'cancelled') {
  const { ledger, clock } = rig;
  const payload = { order: orderOf(rig, 'stop')!.clientOrderId, as, evidence: 'trial' };
  const operation = {
    message: 'resolve',
    account: ACCOUNT,
    operationId: as,
    actor: 'test',
    payload,
  } as const;
  return ledger.applyMessage(operation, { now: clock.now(), policy: null, isVenueSilent: true });
}

const ask = (rig: Rig, desk: Desk, id: string) => settledOrSilent(until(desk, rig.clock.now() + 5_000), id);

/** As `assertAgreement`; what was assumed is no fill of the exchange’s, and adds up to nothing. */
function assertSettled(rig: Rig): void {
  const { fills } = rig.ledger;
  const isReal = ({ tradeId }: { tradeId: string }) => !tradeId.startsWith('assumed');
  const ledger = { ...rig.ledger, fills: (...of: Parameters<typeof fills>) => fills(...of).filter(isReal) };
  assertAgreement({ world: rig.world, ledger });
}

async function mismatches({ ledger, clock }: Rig): Promise<number> {
  const due = await ledger.outbox.due(clock.now() + MINUTE, 500);
  return due.filter(({ notification }) => notification.event === 'ledger-mismatch').length;
}

test('an order that the venue can be asked about is nobody else’s to judge: what it says is booked', async t => {
  const { rig, desk } = await holding(t);
  const { clientOrderId: id } = orderOf(rig, 'stop')!;
  const message = new RegExp(
    `the stop ${id.slice(0, 8)} of BTCUSDT is open, .*trade cancel ${id.slice(0, 8)}`,
  );
  await assert.rejects(ask(rig, desk, id), { code: 'ACCOUNT_STATE', message });
  await rig.world.move(94);
  await assert.rejects(ask(rig, desk, id), {
    code: 'ACCOUNT_STATE',
    message: /is filled, .*nothing to resolve/,
  });
  assert.deepEqual([orderOf(rig, 'stop')?.status, rig.ledger.positions(ACCOUNT)], ['filled', []]);
  assert.equal(await ask(rig, desk, id), false, 'of what is final nobody is asked');
  assertAgreement(rig);
});

test('while the venue is down an open order is not resolved; one that is not certain may be', async t => {
  let isDown = false;
  const { rig, desk } = await holding(t, request => (isDown && request !== 'submit' ? 'lost' : null));
  isDown = true;
  const { clientOrderId } = orderOf(rig, 'stop')!;
  await assert.rejects(ask(rig, desk, clientOrderId), { code: 'VENUE_UNREACHABLE' });
  assert.equal(orderOf(rig, 'stop')?.status, 'open');

  const lost = await tradingRig(t, { fault: () => 'lost' });
  const other = await lost.desk();
  await enter(other, START);
  assert.equal(orderOf(lost, 'entry')?.status, 'unknown');
  assert.equal(await ask(lost, other, orderOf(lost, 'entry')!.clientOrderId), false);
});

test('an order of which the venue says that it knows none is the operator’s to judge', async t => {
  const rig = await tradingRig(t, {
    card: { requestExpiryMs: null },
    fault: request => (request === 'submit' ? 'lost' : null),
  });
  const desk = await rig.desk();
  await enter(desk, START);
  assert.equal(orderOf(rig, 'entry')?.status, 'unknown');
  assert.equal(await ask(rig, desk, orderOf(rig, 'entry')!.clientOrderId), true);
});

for (const as of ['filled', 'cancelled'] as const) {
  test(`a resting stop that was called ${as} is found when the account is recovered, and looked after again`, async t => {
    const { rig, desk } = await holding(t);
    await misjudge(rig, as);
    await recoverAccount(desk, { deadline: rig.clock.now() + 20_000 });
    assert.equal(await mismatches(rig), 1);
    await watch(rig, desk, 3);
    const [position] = rig.ledger.positions(ACCOUNT);
    assert.deepEqual([position.quantity, position.plan], ['0.4995', STOP_ONLY]);
    assertSettled(rig);
    await flattenAccount(desk, ALL);
    assertSettled(rig);
  });

  test(`a flatten cancels a resting stop that was called ${as}`, async t => {
    const { rig, desk } = await holding(t);
    const stop = orderOf(rig, 'stop')!.clientOrderId;
    await misjudge(rig, as);
    const blocked: string[] = [];
    await flattenAccount(desk, { ...ALL, onBlocked: why => void blocked.push(why) });
    assert.deepEqual([rig.ledger.positions(ACCOUNT), rig.world.truth().resting], [[], []]);
    assert.equal(rig.ledger.order(stop)?.status, 'canceled');
    if (as === 'filled')
      assert.match(blocked.join(), new RegExp(`stop ${stop.slice(0, 8)} rested at the venue`));
    assertSettled(rig);
  });
}

test('coins that a stop of ours holds, which was called cancelled, are never said to be held by others', async t => {
  const { rig, desk } = await holding(t);
  await misjudge(rig, 'cancelled');
  await watch(rig, desk, 15);
  const { positions, events } = rig.ledger;
  const lacking = positions(ACCOUNT).map(({ keeping }) => (keeping as { lacking: unknown }).lacking);
  assert.ok(lacking.every(found => found === null));
  assert.equal(
    events(ACCOUNT, 1_000).some(({ kind }) => kind === 'stranger-order'),
    false,
  );
  await flattenAccount(desk, ALL);
  assertSettled(rig);
});

test('a stop that was called filled and fills while the next position is held leaves books that hold', async t => {
  const { rig, desk } = await holding(t);
  await misjudge(rig, 'filled');
  await enter(desk, START + MINUTE);
  await watch(rig, desk, 2);
  await rig.world.move(94);
  await watch(rig, desk, 3);
  assert.deepEqual(rig.ledger.check(ACCOUNT), []);
  await recoverAccount(desk, { deadline: rig.clock.now() + 20_000 });
  await watch(rig, desk, 3);
  await flattenAccount(desk, ALL);
  assertSettled(rig);
});
