import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { NotificationOutbox, OutboxEntry } from '../../../contracts/notifications.ts';
import { type Mailbox, openMailbox } from '../../../host/notify/mailbox.ts';
import { watchOutbox } from '../../../host/notify/watches/outbox.ts';
import { watchProcesses } from '../../../host/notify/watches/processes.ts';
import { tellEvent, watchRegistry } from '../../../host/notify/watches/registry.ts';
import { watchStaleSeries } from '../../../host/notify/watches/stale-series.ts';
import { identifyProcess } from '../../../host/process-identity.ts';
import type { ManagedProcess, RunState } from '../../../host/run-state.ts';
import type { Event } from '../../../registry/registry.ts';
import { openSqliteRegistry } from '../../../registry/sqlite-registry.ts';
import { move, registerVersions, SERIES } from '../../registry/fixtures.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { desk } from '../../trading/ledger/fixtures.ts';
import { keptLog, notification } from './notifications.ts';

const now = () => 5_000;

async function mailboxOf(t: TestContext): Promise<Mailbox> {
  const mailbox = await openMailbox(join(await temporaryHome(t), 'notifications.sqlite'), { now });
  t.after(() => mailbox.close());
  await mailbox.join('ops');
  return mailbox;
}

async function posted(mailbox: Mailbox) {
  return (await mailbox.waiting('ops', 100)).map(({ notification: one }) => one);
}

async function registryOf(t: TestContext) {
  const registry = await openSqliteRegistry(join(await temporaryHome(t), 'registry.sqlite'), { now });
  t.after(() => registry.close());
  await registerVersions(registry, 2);
  return registry;
}

test('promotions and rollbacks are told with who and why; what was before the first look is not', async t => {
  const mailbox = await mailboxOf(t);
  const registry = await registryOf(t);
  await registry.moveChampion(move('promote', 1));
  const { look } = watchRegistry(registry, mailbox);
  await look();
  assert.deepEqual(await posted(mailbox), []);
  await registry.moveChampion(move('promote', 2, { actor: 'anna', reason: 'better' }));
  await registry.moveChampion(move('rollback', 'previous'));
  await look();
  const [promotion, rollback] = await posted(mailbox);
  assert.equal(promotion.event, 'promotion');
  assert.equal(promotion.subject, SERIES);
  assert.deepEqual(promotion.facts, { from: 'v1', to: 'v2', by: 'anna', reason: 'better' });
  assert.deepEqual([rollback.event, rollback.facts.to], ['rollback', 'v1']);
});

test('events of the registry are told once, whether the process ended or not', async t => {
  const mailbox = await mailboxOf(t);
  const registry = await registryOf(t);
  await watchRegistry(registry, mailbox).look();
  await registry.moveChampion(move('promote', 1));
  await watchRegistry(registry, mailbox).look();
  // One that was stopped after reading and posts what its successor has posted meanwhile.
  const late = { ...registry, eventsAfter: once(() => registry.eventsAfter(0, 100)) };
  await watchRegistry(late, mailbox).look();
  assert.equal((await posted(mailbox)).length, 1);
});

/** The first answer, then nothing more. */
function once(read: () => Promise<Event[]>): () => Promise<Event[]> {
  let isFirst = true;
  return async () => {
    if (!isFirst) return [];
    isFirst = false;
    return await read();
  };
}

const event = (changes: Partial<Event>): Event => ({
  id: 9,
  series: SERIES,
  version: 3,
  at: 77,
  actor: 'training',
  kind: 'verdict',
  operationId: 'x',
  detail: null,
  ...changes,
});

test('a verdict is told as the gate’s result, or as an approval that is awaited', () => {
  const verdict = (decision: string) =>
    tellEvent(event({ detail: { decision, reason: 'because', against: 2 } }));
  assert.deepEqual(verdict('kept'), {
    event: 'gate-result',
    key: 'gate-result/registry/9',
    subject: SERIES,
    at: 77,
    facts: { version: 'v3', decision: 'kept', champion: 'v2', reason: 'because' },
  });
  assert.equal(verdict('awaiting approval')?.event, 'approval-awaited');
  assert.equal(verdict('promoted'), null);
});

test('a champion that fails and stays is told, with a key that does not repeat it each day', () => {
  const detail = (verdict: string, outcome: string) =>
    ({
      reason: 'v3 answers NaN.',
      review: { verdict, champion: { version: 3 } },
      answer: { outcome },
    }) as never;
  const told = tellEvent(event({ kind: 'probation', detail: detail('faulty', 'kept') }));
  assert.equal(told?.event, 'champion-failing');
  assert.equal(told?.key, `champion-failing/${SERIES}`);
  assert.equal(tellEvent(event({ kind: 'probation', detail: detail('faulty', 'rolled back') })), null);
  assert.equal(tellEvent(event({ kind: 'probation', detail: detail('better', 'kept') })), null);
  assert.equal(tellEvent(event({ kind: 'registered' })), null);
});

/** An outbox in memory. */
function memoryOutbox(entries: OutboxEntry[]) {
  const open = new Map(entries.map(entry => [entry.id, { entry, nextAttemptAt: 0 }]));
  const outbox: NotificationOutbox = {
    due: async (time, limit) =>
      [...open.values()]
        .filter(one => one.nextAttemptAt <= time)
        .slice(0, limit)
        .map(one => one.entry),
    delivered: async id => void open.delete(id),
    failed: async (id, _at, nextAttemptAt) => void open.set(id, { ...open.get(id)!, nextAttemptAt }),
  };
  return { outbox, open };
}

const entry = (id: string, changes: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id,
  notification: notification(),
  attempts: 0,
  ...changes,
});

test('what the ledger wrote is taken over, in its order, once', async t => {
  const mailbox = await mailboxOf(t);
  const entries = Array.from({ length: 250 }, (_, n) => entry(String(n)));
  const { outbox, open } = memoryOutbox(entries);
  await watchOutbox({ source: 'ledger', outbox, mailbox, log: keptLog().log, now }).look();
  assert.equal(open.size, 0);
  assert.deepEqual(
    (await mailbox.waiting('ops', 1_000)).map(one => one.notification),
    entries.map(one => one.notification),
  );
});

test('a ledger’s outbox is taken over, and what it holds afterwards is nothing', async t => {
  const mailbox = await mailboxOf(t);
  const { ledger } = await desk(t);
  const halt = notification({ event: 'account-halted', subject: 'paper', facts: { reason: 'drawdown' } });
  await ledger.notify(halt);
  const parts = {
    source: `ledger ${ledger.id}`,
    outbox: ledger.outbox,
    mailbox,
    log: keptLog().log,
    now: Date.now,
  };
  await watchOutbox(parts).look();
  assert.deepEqual((await posted(mailbox)).at(-1), halt);
  assert.deepEqual(await ledger.outbox.due(Date.now(), 10), []);
});

test('an end between taking over and saying so tells nothing twice', async t => {
  const mailbox = await mailboxOf(t);
  const { outbox, open } = memoryOutbox([entry('1'), entry('2')]);
  const dying: NotificationOutbox = {
    ...outbox,
    delivered: async () => {
      throw new Error('killed');
    },
  };
  const parts = { source: 'ledger', mailbox, log: keptLog().log, now };
  await assert.rejects(watchOutbox({ ...parts, outbox: dying }).look(), /killed/);
  await watchOutbox({ ...parts, outbox }).look();
  assert.equal(open.size, 0);
  assert.equal((await posted(mailbox)).length, 2);
});

test('an event of a newer program stays in the outbox and holds nothing up', async t => {
  const mailbox = await mailboxOf(t);
  const newer = { ...notification(), event: 'moon-landing' };
  const { outbox, open } = memoryOutbox([entry('1', { notification: newer }), entry('2')]);
  const { log, lines } = keptLog();
  await watchOutbox({ source: 'ledger', outbox, mailbox, log, now }).look();
  assert.deepEqual([...open.keys()], ['1']);
  assert.equal((await posted(mailbox)).length, 1);
  assert.match(lines[0], /moon-landing/);
});

test('a process that ended by itself is told once it was seen twice, each end once', async t => {
  const mailbox = await mailboxOf(t);
  const identity = identifyProcess(process.pid);
  let state: RunState | null = null;
  const run = (changes: Partial<ManagedProcess>): RunState => ({
    supervisor: identity!,
    startedTime: 1,
    configHash: 'x',
    processes: [{ name: 'worker-trading', identity, startedTime: 1, restarts: 0, lastEnd: null, ...changes }],
  });
  const { look } = watchProcesses(() => state, mailbox, now);
  await look();
  state = run({});
  await look();
  state = run({ identity: null, lastEnd: 'SIGKILL' });
  await look();
  assert.deepEqual(await posted(mailbox), []);
  state = run({ restarts: 1, lastEnd: 'SIGKILL' });
  await look();
  await look();
  const told = await posted(mailbox);
  assert.equal(told.length, 1);
  assert.deepEqual(
    [told[0].event, told[0].subject, told[0].facts],
    ['worker-down', 'worker-trading', { end: 'SIGKILL', ends: 1, running: true }],
  );
});

test('a collected series without new bars is told once it lasts, and again after new bars', async t => {
  const mailbox = await mailboxOf(t);
  let time = 1_000_000;
  const row = { synthetic: false, ageMs: 600_000, featuresTime: null, featuresAgeMs: null };
  let lastTime = 100;
  let stale = true;
  const read = async () => [
    { ...row, series: 'binance:BTCUSDT/1m', collected: true, stale, lastTime },
    { ...row, series: 'binance:ETHUSDT/1m', collected: false, stale: true, lastTime: 5 },
    { ...row, series: 'binance:XRPUSDT/1m', collected: true, stale: true, lastTime: null },
  ];
  const { look } = watchStaleSeries({ read, mailbox, now: () => time, patienceMs: 60_000 });
  await look();
  time += 30_000;
  await look();
  assert.deepEqual(await posted(mailbox), []);
  time += 30_000;
  await look();
  await look();
  const [told, ...others] = await posted(mailbox);
  assert.deepEqual(others, []);
  assert.deepEqual([told.event, told.subject], ['data-stale', 'binance:BTCUSDT/1m']);
  stale = false;
  lastTime = 200;
  await look();
  stale = true;
  await look();
  time += 60_000;
  await look();
  assert.equal((await posted(mailbox)).length, 2);
});
