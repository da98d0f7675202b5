import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import type { TradingMessageName } from '../../../contracts/messages.ts';
import { eventually } from '../../support/eventually.ts';
import { BTC, SECOND, startRealTimeCluster } from '../../support/real-time.ts';
import { EVER } from '../../support/trading.ts';

const NO_ORDER = '0'.repeat(32);

test('an account on paper trades bars as they close', { timeout: 300_000 }, async t => {
  const { rooms, exchange, orchestrator, temporal, startWorker, startStandby, start } =
    await startRealTimeCluster(t);
  const ledger = await rooms.ledger();
  const handle = temporal.client.workflow.getHandle('trade/paper');
  const account = () => ledger.account('paper');
  const ask = (message: TradingMessageName, payload: object = {}) =>
    orchestrator.askTrading('paper', message, {
      operationId: `${message} ${Date.now()}`,
      ...payload,
    } as never);
  const nextClose = async () => {
    const { closes } = account();
    await eventually('another close was worked on', () => account().closes > closes);
  };
  const assertSound = () => assert.deepEqual(ledger.check('paper'), []);
  let worker = await startWorker('trading');

  await t.test('positions are opened and closed', async () => {
    const { joined, warnings } = await start({});
    assert.deepEqual([joined, warnings], [false, []]);
    await eventually('a position was opened and closed', () => ledger.trades('paper', EVER).length > 0);
    assert.equal((await start({})).joined, true);
    assertSound();
  });

  await t.test(
    'a killed worker’s account goes on: what was decided stands, missed bars stay missed',
    async () => {
      worker.kill('SIGKILL');
      await once(worker, 'exit');
      const { lastCloseTime } = account();
      // Bars close while nobody works.
      await eventually('three bars have closed', () => Date.now() > lastCloseTime! + 4 * SECOND);
      worker = await startWorker('trading');
      await nextClose();
      await nextClose();
      const decided = ledger.decisions('paper', EVER).filter(({ symbol }) => symbol === BTC.symbol);
      const missed = decided.filter(
        ({ barTime }) => barTime >= lastCloseTime! && barTime < lastCloseTime! + 2 * SECOND,
      );
      assert.deepEqual(missed, []);
      const late = ledger
        .orders('paper', EVER)
        .filter(({ leg, sentAt, validUntil }) => leg === 'entry' && sentAt !== null && sentAt > validUntil!);
      assert.deepEqual(late, []);
      assertSound();
    },
  );

  await t.test(
    'one that stands by takes over from one that is killed, and from one that stands still',
    async () => {
      const holder = () => ledger.leaseHolder()?.pid;
      const second = await startStandby();
      assert.equal(holder(), worker.pid);
      worker.kill('SIGKILL');
      await eventually('the second trades', () => holder() === second.pid);
      await nextClose();

      const third = await startStandby();
      second.kill('SIGSTOP');
      await eventually('the third trades', () => holder() === third.pid);
      await nextClose();
      assert.equal(second.signalCode, 'SIGKILL');

      const waiting = await startStandby();
      const waitingEnded = once(waiting, 'exit');
      waiting.kill('SIGTERM');
      assert.deepEqual(await waitingEnded, [0, null]);
      assert.equal(holder(), third.pid);
      assertSound();
      worker = third;
    },
  );

  await t.test('each verb is an update and a signal', async () => {
    assert.equal((await ask('pause', { reason: 'news' })).state, 'paused');
    await nextClose();
    await handle.signal('resume', { actor: 'test' });
    await eventually('a signal resumed it', () => account().state === 'running');

    const turned = account().symbols.toReversed();
    await ask('set', { symbols: turned });
    assert.deepEqual(account().symbols, turned);
    await assert.rejects(ask('set', { policy: 'nobody-wrote-it' }), { code: 'POLICY_NOT_FOUND' });
    await nextClose();

    await assert.rejects(ask('cancel', { order: NO_ORDER }), { code: 'ORDER_UNKNOWN' });
    await handle.signal('resolve', { order: NO_ORDER, as: 'filled', evidence: 'none' });
    await handle.signal('stop', { positions: 'sell them' });
    await eventually('refusals are written down', () => {
      const refused = ledger.events('paper', 1_000).filter(({ kind }) => kind === 'refused');
      return refused.length === 2;
    });
    assert.equal(account().state, 'running');
  });

  await t.test('the run goes on as a new one', async () => {
    const run = async () => (await handle.describe()).runId;
    const first = await run();
    await eventually('a new run has begun', async () => (await run()) !== first);
    await nextClose();
    assertSound();
  });

  await t.test(
    'while the exchange is down, status says why closes fail; once it is back, no more',
    async () => {
      const trouble = async () => {
        const { failure = null, undecided = [] } = (await orchestrator.tradingStatus('paper')) ?? {};
        return failure ?? undecided[0] ?? null;
      };
      exchange.maintenance = true;
      await eventually('it says so', async () => (await trouble())?.code === 'VENUE_MAINTENANCE');
      assert.match((await trouble())!.message, /maintenance/);
      exchange.maintenance = false;
      await eventually('that is over', async () => (await trouble()) === null);
    },
  );

  await t.test('flattened, it holds nothing and stays halted until that is acknowledged', async () => {
    await ask('flatten');
    await eventually('it is flat', () => account().state === 'halted');
    assert.deepEqual(ledger.positions('paper'), []);
    await assert.rejects(ask('resume'), { code: 'ACCOUNT_STATE' });
    assert.equal((await ask('resume', { acknowledge: true })).state, 'running');
    await nextClose();
  });

  await t.test('the workflow of another ledger is refused', async () => {
    await orchestrator.startTrading({ account: 'stranger', ledgerId: 'another' }, 'real');
    await assert.rejects(orchestrator.awaitTrading('stranger'), { code: 'LEDGER_MISMATCH' });
  });

  await t.test('stopped with its positions closed, its workflow ends', async () => {
    const { state } = await ask('stop', { positions: 'flatten' });
    assert.equal(state, 'stopped');
    await orchestrator.awaitTrading('paper');
    assert.deepEqual(ledger.positions('paper'), []);
    assertSound();
  });

  await t.test('a worker whose lease was taken over ends', async () => {
    const ended = once(worker, 'exit');
    await ledger.takeLease({ owner: 'test', now: Date.now(), takeOver: true });
    await ended;
  });
});
