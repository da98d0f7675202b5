import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startTradingExchange } from '../../../venues/loopback/exchange.ts';
import type { Inspection } from '../../../venues/loopback/inspection.ts';
import { openJournal } from '../../../venues/loopback/journal.ts';
import { startScript } from '../../support/child-process.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import {
  BTC,
  barsFrom,
  handClock,
  KEY,
  type PlainBar,
  START,
  tradingClient,
} from '../../support/trading-exchange.ts';

const BARS: readonly PlainBar[] = [
  [100, 101, 99, 100, 4],
  [100, 101, 98, 99, 4],
  [99, 99, 97, 98, 4],
  [98, 100, 98, 100, 4],
];

/** An exchange on a journal; each call is another life of it. */
async function live(t: TestContext, path: string, clock = handClock(START)) {
  const exchange = await startTradingExchange({
    markets: [
      { base: 'BTC', quote: 'USDT', kind: 'spot', timeframe: '1s', candles: barsFrom(START, '1s', BARS) },
    ],
    now: clock.now,
    account: {
      balances: { USDT: '10000', BTC: '1' },
      keys: [KEY],
      matching: { makerShare: 0.5 },
      journal: openJournal(path, { made: START }),
    },
  });
  t.after(() => exchange.close());
  return { exchange, clock, client: await tradingClient(exchange.address, clock.now) };
}

test('an exchange that comes back has its orders, trades and balances, and trades on', async t => {
  const path = join(await temporaryHome(t), 'book.jsonl');
  const clock = handClock(START);
  const first = await live(t, path, clock);
  await first.client.createOrder(BTC, 'limit', 'buy', 2, 98.5, { clientOrderId: 'resting' });
  await first.client.createOrder(BTC, 'market', 'sell', 0.5, undefined, { stopLossPrice: 97 });
  await first.client.createOrder(BTC, 'market', 'buy', 0.25);
  clock.advance(1_600);
  const before = first.exchange.inspect();
  assert.equal(before.orders[0].status, 'PARTIALLY_FILLED');
  await first.exchange.close();
  const second = await live(t, path, clock);
  assert.deepEqual(second.exchange.inspect(), before);
  clock.advance(2_000);
  assert.equal(second.exchange.inspect().orders[0].status, 'FILLED');
  assert.equal((await second.client.fetchOrder('', BTC, { clientOrderId: 'resting' })).status, 'closed');
});

test('what happens is the same whether the exchange was away or not', async t => {
  const home = await temporaryHome(t);
  const play = async (name: string, isAway: boolean) => {
    const clock = handClock(START);
    let life = await live(t, join(home, name), clock);
    const again = async () => {
      if (!isAway) return;
      await life.exchange.close();
      life = await live(t, join(home, name), clock);
    };
    await life.client.createOrder(BTC, 'limit', 'buy', 2, 98.5);
    await again();
    clock.advance(1_500);
    await life.client.createOrder(BTC, 'limit', 'sell', 0.3, 99.5);
    await again();
    clock.advance(1_000);
    await again();
    clock.advance(2_000);
    await life.client.cancelAllOrders(BTC).catch(() => {});
    const { orders, trades, balances } = life.exchange.inspect();
    return { orders: orders.map(({ clientOrderId: _, ...order }) => order), trades, balances };
  };
  assert.deepEqual(await play('away.jsonl', true), await play('there.jsonl', false));
});

test('revoked keys, statuses, deposits and fed bars are remembered', async t => {
  const path = join(await temporaryHome(t), 'book.jsonl');
  const clock = handClock(START);
  const first = await live(t, path, clock);
  first.exchange.revokeKey(KEY.apiKey);
  first.exchange.setStatus('BTCUSDT', 'BREAK');
  first.exchange.deposit('USDT', '5');
  first.exchange.feed('BTCUSDT', barsFrom(START + 4_000, '1s', [[50, 50, 50, 50]]));
  await first.exchange.close();
  const { exchange, client } = await live(t, path, clock);
  await assert.rejects(client.fetchBalance(), { name: 'AuthenticationError' });
  assert.equal((await client.loadMarkets())[BTC].active, false);
  assert.equal(exchange.inspect().balances.USDT.free, '10005.00000000');
  clock.advance(4_000);
  assert.equal((await client.fetchTicker(BTC)).last, 50);
});

test('a last line that is not whole was never answered: it is dropped', async t => {
  const path = join(await temporaryHome(t), 'book.jsonl');
  const first = await live(t, path);
  await first.client.createOrder(BTC, 'limit', 'buy', 1, 98);
  await first.exchange.close();
  const whole = await readFile(path, 'utf8');
  await appendFile(path, '[{"kind":"placed","time":17040');
  const second = await live(t, path);
  assert.equal(second.exchange.inspect().orders.length, 1);
  assert.equal(await readFile(path, 'utf8'), whole);
});

test('a line that is damaged is said to be', async t => {
  const path = join(await temporaryHome(t), 'book.jsonl');
  await writeFile(path, '{"made":1}\nnonsense\n');
  assert.throws(() => openJournal(path, {}), { code: 'STORE_UNREADABLE', message: /Line 2/ });
});

test('a journal of a market that is not listed is refused', async t => {
  const path = join(await temporaryHome(t), 'book.jsonl');
  await writeFile(path, '{"made":1}\n[{"kind":"status","symbol":"ETHUSDT","status":"BREAK"}]\n');
  await assert.rejects(live(t, path), { code: 'STORE_UNREADABLE', message: /ETHUSDT/ });
});

test('an exchange that is killed at any moment comes back with every order that it had answered', async t => {
  const home = await temporaryHome(t);
  const path = join(home, 'book.jsonl');
  const answered: string[] = [];
  for (let life = 1; life <= 4; life++) {
    const child = startScript(join(import.meta.dirname, 'exchange-process.ts'), [path]);
    const closed = new Promise(resolve => child.once('close', resolve));
    const [line] = (await once(child.stdout!)).split('\n');
    const client = await tradingClient(line, Date.now);
    await client.loadMarkets();
    // Orders go on until the exchange is gone.
    const sending = (async () => {
      for (let order = 0; ; order++) {
        const clientOrderId = `life-${life}-${order}`;
        await client.createOrder(BTC, 'limit', 'buy', 0.1, 98, { clientOrderId });
        answered.push(clientOrderId);
        if (order === 5 + life) child.kill('SIGKILL');
      }
    })();
    await assert.rejects(sending);
    await closed;
  }
  const child = startScript(join(import.meta.dirname, 'exchange-process.ts'), [path]);
  t.after(() => child.kill('SIGKILL'));
  const [address] = (await once(child.stdout!)).split('\n');
  const book = (await (await fetch(`${address}/loopback/book`)).json()) as Inspection;
  const kept = new Set(book.orders.map(order => order.clientOrderId));
  assert.ok(answered.length >= 4 * 6);
  assert.deepEqual(
    answered.filter(id => !kept.has(id)),
    [],
  );
  // At most the one that each life was working on when it ended was not answered.
  assert.ok(kept.size - answered.length <= 4);
  assert.deepEqual(book.duplicates, []);
  const locked = book.orders.reduce((sum, order) => sum + Number(order.locked), 0);
  assert.equal(locked.toFixed(8), book.balances.USDT.locked);
});

function once(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise(resolve => stream.once('data', data => resolve(String(data))));
}
