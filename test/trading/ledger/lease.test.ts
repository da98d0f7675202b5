import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Lease, Ledger } from '../../../trading/ledger/ledger.ts';
import { openSqliteLedger, requireLedger } from '../../../trading/ledger/sqlite-ledger.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import {
  ACCOUNT,
  bar,
  close,
  desk,
  entry,
  key,
  outcome,
  parts,
  START,
  send,
  sentEntry,
  settings,
  terms,
} from './fixtures.ts';

async function ledgerOf(t: TestContext, { path, running = true }: { path?: string; running?: boolean } = {}) {
  const at = path ?? join(await temporaryHome(t), 'ledger.sqlite');
  const ledger = await openSqliteLedger(at, { ...parts, isRunning: () => running });
  t.after(() => ledger.close());
  return { ledger, path: at };
}

const take = (ledger: Ledger, now: number, takeOver = false) =>
  ledger.takeLease({ owner: 'second', now, takeOver });
const held = { code: 'LEASE_HELD', message: /process \d+.*--direct/ };
const lost = { code: 'LEASE_LOST' };

test('a lease that is held, by a process that runs, is refused to others', async t => {
  const { ledger, path } = await ledgerOf(t);
  await ledger.takeLease({ owner: 'first', now: START, takeOver: false });
  const other = await ledgerOf(t, { path });
  await assert.rejects(take(other.ledger, START + 9_000), held);
  assert.equal(other.ledger.id, ledger.id);
});

test('a lease is free once it is released', async t => {
  const { ledger } = await ledgerOf(t);
  const first = await ledger.takeLease({ owner: 'first', now: START, takeOver: false });
  await first.release();
  const second = await take(ledger, START + 1);
  assert.ok(second.fence > first.fence);
});

test('a lease is free once its process has ended', async t => {
  const { ledger } = await ledgerOf(t, { running: false });
  await ledger.takeLease({ owner: 'first', now: START, takeOver: false });
  await take(ledger, START + 1);
});

test('no clock takes a lease from a process that runs; who takes it over has it', async t => {
  const { ledger } = await ledgerOf(t);
  const first = await ledger.takeLease({ owner: 'first', now: START, takeOver: false });
  await first.renew(START + 5_000);
  assert.equal(ledger.leaseHolder()?.renewedTime, START + 5_000);
  await assert.rejects(take(ledger, START + 86_400_000), held);
  await assert.rejects(take(ledger, START - 86_400_000), held);
  await take(ledger, START + 5_001, true);
  await assert.rejects(first.renew(START + 5_002), lost);
});

test('a release that comes after somebody took over takes nothing away', async t => {
  const { ledger } = await ledgerOf(t);
  const first = await ledger.takeLease({ owner: 'first', now: START, takeOver: false });
  const second = await take(ledger, START + 1, true);
  await first.release();
  await second.renew(START + 2);
});

test('of many who take a free lease at once, one gets it', async t => {
  const { ledger, path } = await ledgerOf(t);
  const others = await Promise.all([1, 2, 3].map(() => ledgerOf(t, { path })));
  const all = [ledger, ...others.map(other => other.ledger)];
  const results = await Promise.allSettled([...all, ...all].map(one => take(one, START)));
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
});

/** Every call that changes trading. */
const CALLS: Readonly<Record<string, (ledger: Ledger, lease: Lease, order: string) => Promise<unknown>>> = {
  putAccount: (ledger, lease) =>
    ledger.putAccount(lease, settings({ capital: '1' }), { actor: 'x', operationId: 'late', now: START }),
  commitClose: (ledger, lease) =>
    ledger.commitClose(
      lease,
      close([bar('ETHUSDT')], of => [entry(of)]),
    ),
  commitValidation: (ledger, lease, clientOrderId) =>
    ledger.commitValidation(lease, {
      clientOrderId,
      verdict: 'reject',
      reason: null,
      confidence: null,
      reasons: [],
      finding: null,
      promptVersion: null,
      promptHash: null,
      model: null,
      latencyMs: null,
      answer: null,
      time: START,
    }),
  beginSending: (ledger, lease, clientOrderId) =>
    ledger.beginSending(lease, send({ clientOrderId, symbol: 'BTCUSDT' })),
  withdraw: (ledger, lease, order) => ledger.withdraw(lease, order, 'operator', START),
  planExit: (ledger, lease) => {
    const { attempt: _, ...name } = key('exit', bar());
    return ledger.planExit(lease, {
      key: name,
      terms: terms({ side: 'sell' }),
      decisionPrice: '1',
      now: START,
    });
  },
  recordOutcome: (ledger, lease, order) => ledger.recordOutcome(lease, outcome(ledger.order(order)!)),
  recordFills: (ledger, lease) => ledger.recordFills(lease, ACCOUNT, [], START),
  recordMiss: (ledger, lease, clientOrderId) => ledger.recordMiss(lease, { clientOrderId, time: START }),
  setKeeping: (ledger, lease) =>
    ledger.setKeeping(lease, {
      account: ACCOUNT,
      symbol: 'BTCUSDT',
      entryOrder: 'x',
      keeping: {},
      now: START,
    }),
  recordCash: (ledger, lease) =>
    ledger.recordCash(lease, {
      account: ACCOUNT,
      symbol: null,
      kind: 'funding',
      amount: '1',
      time: START,
      key: 'k',
    }),
  recordStrangers: (ledger, lease) => ledger.recordStrangers(lease, ACCOUNT, [], START),
  finishFlatten: (ledger, lease) =>
    ledger.finishFlatten(lease, {
      account: ACCOUNT,
      symbols: [],
      now: START,
      actor: 'x',
      operationId: 'late',
    }),
  paper: (ledger, lease) =>
    ledger.paper.write(lease, ACCOUNT, {
      state: 1,
      revision: 0,
      holdings: { cash: 0, positions: {} },
      fills: [],
      orders: [],
    }),
};

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name} of one who was replaced changes nothing`, async t => {
    const at = await desk(t);
    const order = await sentEntry(at);
    await take(at.ledger, START, true);
    const before = JSON.stringify([
      at.ledger.account(ACCOUNT),
      at.ledger.openOrders(ACCOUNT),
      at.ledger.events(ACCOUNT, 100),
    ]);
    await assert.rejects(call(at.ledger, at.lease, order.clientOrderId), lost);
    const after = JSON.stringify([
      at.ledger.account(ACCOUNT),
      at.ledger.openOrders(ACCOUNT),
      at.ledger.events(ACCOUNT, 100),
    ]);
    assert.equal(after, before);
  });
}

test('a worker with another ledger is refused', async t => {
  const { ledger } = await ledgerOf(t);
  requireLedger(ledger, ledger.id);
  assert.throws(() => requireLedger(ledger, 'another'), { code: 'LEDGER_MISMATCH' });
});
