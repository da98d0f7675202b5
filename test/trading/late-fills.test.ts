import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Decimal } from 'decimal.js';
import { flattenAccount } from '../../trading/flattening/flatten.ts';
import { executePlanned } from '../../trading/orders/execute.ts';
import { awaitsNews, settleAccount } from '../../trading/orders/settle.ts';
import { recoverAccount } from '../../trading/recovery/recover.ts';
import { assertAgreement, settleDown } from './agreement.ts';
import { ACCOUNT, decided, MINUTE, orderOf, type RigOptions, START, SYMBOL, tradingRig } from './rig.ts';

const ALL = { symbols: null, actor: 'test', operationId: 'flatten' };

/** A limit entry that waits, where nothing else is said. */
async function waiting(
  t: TestContext,
  options: RigOptions = {},
  first: { readonly type?: 'limit'; readonly price?: string } = { type: 'limit', price: '99' },
) {
  const rig = await tradingRig(t, options);
  // What comes late is not to be found before.
  if (first.type === undefined) rig.exchange.lagMs = 100_000;
  const desk = await rig.desk();
  const enter = async (barTime: number, terms: { type?: 'limit'; price?: string }) => {
    rig.clock.advance(Math.max(0, barTime + MINUTE + 100 - rig.clock.now()));
    const { planned, cancels } = await decided(desk, barTime, { leg: 'entry', ...terms });
    const deadline = barTime + 1.5 * MINUTE;
    await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  };
  await enter(START, first);
  const settle = () => settleAccount(desk, { deadline: rig.clock.now() + 20_000 });
  /** A part of the entry turns out to have been filled. */
  const fillLate = () =>
    rig.exchange.fill(rig.exchange.find(orderOf(rig, 'entry')!.clientOrderId)!, new Decimal('0.2'), 99);
  const isNewsDue = () => awaitsNews(rig.ledger, rig.ledger.account(ACCOUNT), rig.clock.now());
  return { rig, desk, enter, settle, fillLate, isNewsDue };
}

async function toldOf({ ledger, clock }: Awaited<ReturnType<typeof tradingRig>>, event: string) {
  const due = await ledger.outbox.due(clock.now() + MINUTE, 100);
  return due.map(({ notification }) => notification).filter(told => told.event === event);
}

test('a fill that comes after all was closed is closed at market and told, and the account stays halted', async t => {
  const { rig, desk, settle, fillLate, isNewsDue } = await waiting(t);
  await flattenAccount(desk, ALL);
  assert.equal(orderOf(rig, 'entry')?.status, 'canceled');
  assert.ok(isNewsDue(), 'somebody looks for it');
  fillLate();
  await settle();
  assert.equal(orderOf(rig, 'exit')?.status, 'filled');
  assert.equal(orderOf(rig, 'stop'), undefined);
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assert.equal(rig.ledger.account(ACCOUNT).state, 'halted');
  const told = (await toldOf(rig, 'flatten-started')).at(-1);
  assert.deepEqual(told?.facts, { quantity: '0.1998', reason: 'a fill came after all was closed' });
  assertAgreement(rig);
});

test('an entry that was taken for lapsed and stood at the venue after all is closed too', async t => {
  let submits = 0;
  const fault = (request: string) => (request === 'submit' && submits++ === 0 ? { delayMs: 120_000 } : null);
  const { rig, desk } = await waiting(t, { fault }, {});
  await flattenAccount(desk, ALL);
  assert.equal(orderOf(rig, 'entry')?.status, 'lapsed');
  await rig.clock.sleep(120_000);
  await settleDown(rig);
  assert.equal(orderOf(rig, 'entry')?.status, 'filled');
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assert.equal(rig.ledger.account(ACCOUNT).state, 'halted');
  assertAgreement(rig);
});

test('a late fill that is found at the next start is closed as well', async t => {
  const { rig, desk, fillLate } = await waiting(t);
  await flattenAccount(desk, ALL);
  fillLate();
  rig.clock.advance(2 * MINUTE);
  await recoverAccount(await rig.desk(), { deadline: rig.clock.now() + 30_000 });
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assert.equal(orderOf(rig, 'stop'), undefined);
  assertAgreement(rig);
});

test('a late fill of a symbol that was flattened alone is closed; once resumed it holds again', async t => {
  const { rig, desk, enter, settle, fillLate } = await waiting(t);
  await flattenAccount(desk, { ...ALL, symbols: [SYMBOL] });
  fillLate();
  await settle();
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assert.equal(rig.ledger.account(ACCOUNT).state, 'running');
  assert.equal((await toldOf(rig, 'flatten-started')).length, 2);
  await rig.ledger.applyMessage(
    {
      message: 'resume',
      account: ACCOUNT,
      operationId: 'again',
      actor: 'test',
      payload: { symbols: [SYMBOL] },
    },
    { now: rig.clock.now(), policy: null },
  );
  await enter(START + MINUTE, {});
  await settle();
  assert.equal(rig.ledger.positions(ACCOUNT).length, 1);
  assert.equal(orderOf(rig, 'stop')?.status, 'open');
  assertAgreement(rig);
});

test('an account that was halted by a limit keeps what it holds', async t => {
  const { rig, settle } = await waiting(t);
  await rig.exchange.move(98.9);
  await settle();
  const request = { account: ACCOUNT, reason: 'drawdown', actor: 'risk', operationId: 'halt' };
  await rig.ledger.changeState({ ...request, from: ['running'], to: 'halted', now: rig.clock.now() });
  await settle();
  assert.equal(rig.ledger.positions(ACCOUNT).length, 1);
  assert.equal(orderOf(rig, 'stop')?.status, 'open');
});

test('late fills are waited for a minute after an order’s end, whenever it was planned', async t => {
  const { rig, desk, settle, fillLate, isNewsDue } = await waiting(t);
  rig.clock.advance(30 * MINUTE);
  await flattenAccount(desk, ALL);
  rig.clock.advance(55_000);
  assert.ok(isNewsDue());
  fillLate();
  await settle();
  assert.deepEqual(rig.ledger.positions(ACCOUNT), []);
  assertAgreement(rig);
  rig.clock.advance(61_000);
  assert.equal(isNewsDue(), false);
});

test('of an order that rests unchanged the trades are not asked for again and again', async t => {
  let asked = 0;
  const { rig, settle } = await waiting(t, {
    fault: request => {
      if (request === 'fills') asked++;
      return null;
    },
  });
  await rig.exchange.move(98.9);
  await settle();
  rig.clock.advance(61_000);
  asked = 0;
  for (let pass = 0; pass < 5; pass++) await settle();
  assert.equal(asked, 0);
  assert.equal(orderOf(rig, 'stop')?.status, 'open');
});
