import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { isOpen, isStop } from '../../../venues/loopback/orders/order.ts';
import { eventually } from '../../support/eventually.ts';
import { BTC, makeBusyChampion, startRealTimeCluster } from '../../support/real-time.ts';
import { EVER } from '../../support/trading.ts';
import { KEY } from '../../support/trading-exchange.ts';

const ACCOUNTS = {
  ALPHALOOM__ACCOUNTS__REAL__MODE: 'live',
  ALPHALOOM__ACCOUNTS__REAL__API_KEY: KEY.apiKey,
  ALPHALOOM__ACCOUNTS__REAL__API_SECRET: KEY.secret,
  ALPHALOOM__ACCOUNTS__WRONG_KEY__MODE: 'live',
  ALPHALOOM__ACCOUNTS__WRONG_KEY__API_KEY: 'nobodys-key',
  ALPHALOOM__ACCOUNTS__WRONG_KEY__API_SECRET: 'nobodys-secret',
  ALPHALOOM__ACCOUNTS__KEYLESS__MODE: 'live',
};
const SYMBOLS = [{ symbol: BTC.symbol, timeframe: BTC.timeframe }];

test('a live account sends real orders, to an exchange on this machine', { timeout: 580_000 }, async t => {
  const cluster = await startRealTimeCluster(t, ACCOUNTS);
  const { rooms, home, exchange, environment, orchestrator, temporal, startWorker, start } = cluster;
  const ledger = await rooms.ledger();
  const request = { account: 'real', symbols: SYMBOLS, policy: 'modelled', understandsRisk: true };
  const missing = async (more: Partial<Parameters<typeof start>[0]>): Promise<string> => {
    try {
      await start({ ...request, ...more });
    } catch (error) {
      const { code, details } = error as { code: string; details: { missing: string[] } };
      assert.equal(code, 'LIVE_NOT_ALLOWED');
      return details.missing.map(line => line.split(':')[0]).join('; ');
    }
    return 'nothing';
  };

  await t.test('it does not start before everything is there that real orders need', async () => {
    const everything = await missing({ account: 'keyless', policy: 'busy', understandsRisk: false });
    const named = ['--i-understand-the-risk', 'credentials', 'gate evidence of', 'a champion of'];
    for (const what of named) assert.ok(everything.includes(what), `${what}: ${everything}`);
    assert.equal(await missing({}), `a champion of ${BTC.venue}`);
    await makeBusyChampion(rooms, BTC, true);
    assert.deepEqual(ledger.accounts(), []);
  });

  await t.test('nor where the worker’s environment does not allow it', async () => {
    const cautious = await startWorker('trading');
    await assert.rejects(start(request), { code: 'LIVE_NOT_ALLOWED', message: /ALPHALOOM_LIVE/ });
    assert.equal(ledger.account('real').state, 'stopped');
    cautious.kill('SIGKILL');
    await once(cautious, 'exit');
    environment.ALPHALOOM_LIVE = 'yes';
  });

  let worker = await startWorker('trading');
  await t.test('nor where the venue refuses its key', async () => {
    await assert.rejects(start({ ...request, account: 'wrong-key' }), { code: 'VENUE_KEYS_REFUSED' });
    assert.throws(() => ledger.account('wrong-key'), { code: 'ACCOUNT_UNKNOWN' });
  });

  const stops = () => exchange.inspect().orders.filter(order => isOpen(order) && isStop(order.type));
  const account = () => ledger.account('real');
  const nextClose = async () => {
    const { closes } = account();
    await eventually('another close was worked on', () => account().closes > closes);
  };
  const assertAgreed = () => {
    assert.deepEqual(exchange.inspect().duplicates, []);
    assert.deepEqual(ledger.check('real'), []);
  };
  const isProtected = () => {
    const [held] = ledger.positions('real');
    return held !== undefined && stops().some(({ quantity }) => Number(quantity) > 0);
  };

  await t.test('what it enters is protected by a stop that rests at the venue, and left again', async () => {
    const { warnings } = await start(request);
    assert.match(warnings.join(), /Temporal runs embedded/);
    await eventually('a position has its resident stop', isProtected);
    await eventually('a position has ended', () => ledger.trades('real', EVER).length > 0);
    assertAgreed();
  });

  await t.test('killed while it holds something, the next worker goes on with it', async () => {
    await eventually('a position has its resident stop', isProtected);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    worker = await startWorker('trading');
    await nextClose();
    const ended = ledger.trades('real', EVER).length;
    await eventually('it went on trading', () => ledger.trades('real', EVER).length > ended);
    assertAgreed();
  });

  await t.test('an order whose answer was lost is settled beside the closes, into the next run', async () => {
    const run = async () => (await temporal.client.workflow.getHandle('trade/real').describe()).runId;
    const first = await run();
    exchange.queryLagMs = 3_000;
    exchange.script({ path: 'order', method: 'POST', fault: { kind: 'reset' }, when: 'after' });
    const unknown = () => ledger.openOrders('real').find(({ status }) => status === 'unknown');
    await eventually('an order is unknown', () => unknown() !== undefined);
    const { clientOrderId } = unknown()!;
    exchange.queryLagMs = 0;
    await eventually('it is known', () => FINAL.has(ledger.order(clientOrderId)!.status));
    await eventually('a new run has begun', async () => (await run()) !== first);
    await nextClose();
    assertAgreed();
  });

  await t.test('while it trades, nothing is set that it could not have started with', async () => {
    const set = (payload: object) =>
      orchestrator.askTrading('real', 'set', { operationId: JSON.stringify(payload), ...payload } as never);
    const busy = join(home.root, 'policies/busy.yaml');
    await assert.rejects(set({ policy: busy }), { code: 'LIVE_NOT_ALLOWED', message: /gate evidence/ });
    const other = [{ symbol: 'ETHUSDT', timeframe: '1s' }];
    await assert.rejects(set({ symbols: other }), { code: 'LIVE_NOT_ALLOWED', message: /a champion of/ });
    assert.deepEqual(account().symbols, SYMBOLS);
  });

  await t.test('a champion without an edge opens nothing more', async () => {
    await makeBusyChampion(rooms, BTC, false);
    await nextClose();
    await nextClose();
    const before = ledger.decisions('real', EVER).length;
    await eventually('three closes were decided', () => ledger.decisions('real', EVER).length >= before + 3);
    const outcomes = ledger.decisions('real', EVER).slice(before);
    assert.deepEqual(
      outcomes.filter(({ outcome }) => outcome.startsWith('enter')),
      [],
    );
    assert.ok(
      outcomes.some(({ prediction }) => prediction.reasons.some(line => line.startsWith('NOT_TRADABLE'))),
    );
  });

  await t.test('stopped with its positions closed, the venue holds nothing of it', async () => {
    const stop = { positions: 'flatten', operationId: 'stop', actor: 'test' } as const;
    assert.equal((await orchestrator.askTrading('real', 'stop', stop)).state, 'stopped');
    await orchestrator.awaitTrading('real');
    assert.deepEqual(ledger.positions('real'), []);
    assert.deepEqual(
      exchange.inspect().orders.filter(order => isOpen(order)),
      [],
    );
    const { BTC: coins } = exchange.inspect().balances;
    const dust = ledger.dust('real').reduce((sum, { quantity }) => sum + Number(quantity), 0);
    assert.ok(
      Math.abs(Number(coins.free) + Number(coins.locked) - dust) < 1e-8,
      JSON.stringify({ coins, dust }),
    );
    assertAgreed();
  });
});

const FINAL: ReadonlySet<string> = new Set(['filled', 'canceled', 'expired', 'rejected', 'lapsed']);
