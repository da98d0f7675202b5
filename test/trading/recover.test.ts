import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AlphaloomError } from '../../contracts/errors.ts';
import { viewAccount } from '../../host/trading/account-view.ts';
import { keepPositions } from '../../trading/keeping/keep.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { settleAccount } from '../../trading/orders/settle.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { checkSwapSettings } from '../../trading/recovery/swap-check.ts';
import type { SwapSettings, Venue } from '../../trading/venue.ts';
import { assertAgreement } from './agreement.ts';
import type { Fault } from './fake-venue.ts';
import { ACCOUNT, decided, MINUTE, orderOf, START, SYMBOL, tradingRig } from './rig.ts';

async function holding(t: TestContext, fault: (request: string) => Fault = () => null) {
  const rig = await tradingRig(t, { fault });
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

test('a stop that may still be on its way holds the account up for a moment, and is looked after beside it', async t => {
  let submits = 0;
  const { rig, desk, recover } = await holding(t, request =>
    request === 'submit' && ++submits === 2 ? 'lost' : null,
  );
  assert.equal(orderOf(rig, 'stop')?.status, 'unknown');
  const began = rig.clock.now();
  assert.deepEqual(await recover(), []);
  assert.ok(rig.clock.now() - began < 5_000, `${rig.clock.now() - began} ms`);
  for (let passes = 0; passes < 20; passes++) {
    await settleAccount(desk, { deadline: rig.clock.now() + 10_000 });
    await rig.clock.sleep(2_000);
  }
  assertAgreement(rig);
});

test('a symbol that somebody works on is late at the deadline; the others are not', async t => {
  const { rig, desk } = await holding(t);
  const long = desk.symbols.alone(SYMBOL, () => rig.clock.sleep(30_000));
  const began = rig.clock.now();
  const { symbols } = await settleAccount(desk, { deadline: began + 1_000 });
  assert.deepEqual(
    symbols.map(({ symbol, ok, ...rest }) => [symbol, ok, 'error' in rest && rest.error.code]),
    [[SYMBOL, false, 'TRADING_LATE']],
  );
  assert.equal(rig.clock.now(), began + 1_000);
  await long;
  const [after] = (await settleAccount(desk, { deadline: rig.clock.now() + 1_000 })).symbols;
  assert.equal(after.ok, true);
});

test('what a flatten has in hand holds up no close and no keeping, and a recovery for a moment', async t => {
  const { rig, desk, recover } = await holding(t);
  const { planned, cancels } = await decided(desk, START + MINUTE, { leg: 'exit' });
  const flatten = { message: 'flatten', account: ACCOUNT, operationId: 'flatten', actor: 'test' } as const;
  await rig.ledger.applyMessage(
    { ...flatten, payload: { symbols: [SYMBOL] } },
    { now: rig.clock.now(), policy: null },
  );
  const inHand = desk.symbols.alone(SYMBOL, () => rig.clock.sleep(30_000));
  const deadline = rig.clock.now() + 20_000;
  const took = async (work: () => Promise<unknown>) => {
    const began = rig.clock.now();
    await work();
    return rig.clock.now() - began;
  };
  assert.equal(await took(() => settleAccount(desk, { deadline })), 0);
  assert.equal(await took(() => keepPositions(desk, { bars: [], deadline })), 0);
  const execution = { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null };
  assert.equal(await took(() => executePlanned(desk, execution)), 0);
  assert.equal(await took(recover), 5_000);
  await inHand;
  const [free] = (await settleAccount(desk, { deadline: rig.clock.now() + 20_000 })).symbols;
  assert.equal(free.ok, true, 'between its passes it is settled as any');
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
  const mend = () => viewAccount(rig.ledger, ACCOUNT, new Map()).symbols[0].position?.mend ?? null;
  assert.match(mend() ?? '', /^0.1 of the position .*trade adjust BTCUSDT --account real --quantity 0.1 /);
  await recover();
  const due = await rig.ledger.outbox.due(rig.clock.now() + MINUTE, 500);
  const told = due.filter(({ notification }) => notification.event === 'ledger-mismatch');
  assert.deepEqual(
    told.map(({ notification }) => notification.facts.reason),
    [mend()],
  );
  rig.exchange.base = rig.exchange.base.plus('0.1');
  assert.deepEqual(await recover(), []);
  assert.equal(mend(), null, 'they came back');
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
  const check = (settings: SwapSettings | null | Error) =>
    checkSwapSettings(
      {
        ...desk,
        venue: {
          ...rig.venue,
          card: { ...rig.venue.card, kind: 'swap' },
          swapSettings: async () => {
            if (settings instanceof Error) throw settings;
            return settings;
          },
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
  // Nothing can be entered in what is not listed; who can’t be asked has not answered.
  await check(new AlphaloomError('SYMBOL_UNKNOWN', 'not listed'));
  await assert.rejects(check(new AlphaloomError('VENUE_UNREACHABLE', 'no answer')), {
    code: 'VENUE_UNREACHABLE',
  });
});
