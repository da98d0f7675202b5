import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { executePlanned } from '../../trading/orders/execute.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { checkSwapSettings } from '../../trading/recovery/swap-check.ts';
import type { SwapSettings, Venue } from '../../trading/venue.ts';
import { assertAgreement } from './agreement.ts';
import { ACCOUNT, decided, MINUTE, orderOf, START, SYMBOL, tradingRig } from './rig.ts';

async function holding(t: TestContext) {
  const rig = await tradingRig(t);
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry' });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  const recover = (changes: Partial<Venue> = {}) =>
    recoverAccount({ ...desk, venue: { ...rig.venue, ...changes } }, { deadline: rig.clock.now() + 20_000 });
  return { rig, desk, recover };
}

test('an account in order is recovered without a finding', async t => {
  const { rig, recover } = await holding(t);
  assert.deepEqual(await recover(), []);
  assertAgreement(rig);
});

test('what was filled while nobody was there is booked', async t => {
  const { rig, recover } = await holding(t);
  await rig.exchange.move(94);
  rig.clock.advance(3 * 86_400_000);
  assert.deepEqual(await recover(), []);
  assert.equal(orderOf(rig, 'stop')?.status, 'filled');
  assertAgreement(rig);
});

test('a missing stop is placed again', async t => {
  const { rig, recover } = await holding(t);
  rig.exchange.cancel(orderOf(rig, 'stop')!.clientOrderId);
  rig.clock.advance(MINUTE);
  await recover();
  assertAgreement(rig);
});

test('missing coins pause entries of their symbol and are told', async t => {
  const { rig, recover } = await holding(t);
  rig.exchange.cancel(orderOf(rig, 'stop')!.clientOrderId);
  rig.exchange.base = rig.exchange.base.minus('0.1');
  const findings = await recover();
  assert.deepEqual(findings[0], {
    kind: 'missing-coins',
    symbol: SYMBOL,
    expected: '0.4995',
    found: '0.3995',
  });
  assert.deepEqual(
    rig.ledger.account(ACCOUNT).pausedSymbols.map(({ symbol }) => symbol),
    [SYMBOL],
  );
});

test('an order of somebody else is reported and left alone', async t => {
  const { rig, recover } = await holding(t);
  const stop = orderOf(rig, 'stop')!;
  const placed = rig.exchange.post({
    ...stop,
    clientOrderId: 'by-hand',
    side: 'buy',
    type: 'limit',
    price: '90',
    stopPrice: null,
    quantity: '0.1',
    plan: null,
    sentAt: rig.clock.now(),
  });
  const findings = await recover();
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ['stranger-order'],
  );
  assert.ok(typeof placed !== 'string' && placed.status === 'open');
});

test('a clock that is over a second off is a finding, and nothing is entered by it', async t => {
  const { rig, desk, recover } = await holding(t);
  const findings = await recover({ clockOffsetMs: -60_000 });
  assert.deepEqual(findings, [{ kind: 'clock-skew', offsetMs: -60_000 }]);
  await rig.exchange.move(94);
  await recover();
  const { planned } = await decided(desk, START + MINUTE, { leg: 'entry' });
  const venue = { ...rig.venue, clockOffsetMs: -60_000 };
  await executePlanned(
    { ...desk, venue },
    { planned, cancels: [], deadline: START + 2.5 * MINUTE, priceBandBps: null, maxSpreadBps: null },
  );
  assert.equal(orderOf(rig, 'entry')?.reason, 'clock-skew');
});

test('swaps begin only in one-way mode, with isolated margin and a leverage within the policy’s', async t => {
  const { desk, rig } = await holding(t);
  const right: SwapSettings = { positionMode: 'one-way', marginMode: 'isolated', leverage: '2' };
  const check = (settings: SwapSettings | null) =>
    checkSwapSettings(
      {
        ...desk,
        venue: {
          ...rig.venue,
          card: { ...rig.venue.card, kind: 'swap' },
          swapSettings: async () => settings,
        },
      },
      [SYMBOL],
      { deadline: rig.clock.now() + 1_000, maxLeverage: 2 },
    );
  await check(right);
  for (const wrong of [
    { ...right, positionMode: 'hedge' },
    { ...right, marginMode: 'cross' },
    { ...right, leverage: '2.5' },
    null,
  ] as const) {
    await assert.rejects(check(wrong), { code: 'SWAP_SETTINGS_REFUSED' });
  }
});
