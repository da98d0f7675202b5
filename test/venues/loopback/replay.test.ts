import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endlessBars } from '../../../venues/loopback/bars/replay.ts';
import { anchoredClock } from '../../../venues/loopback/clock.ts';
import { parseFault } from '../../../venues/loopback/fault-words.ts';
import { BTC, barsFrom, START, tradingScene } from '../../support/trading-exchange.ts';

const RECORDED = barsFrom(0, '1h', [
  [10, 12, 9, 11, 1],
  [11, 15, 11, 14, 2],
  [14, 14, 13, 13, 3],
]);

test('recorded bars go forwards, then backwards, without end and without a jump', () => {
  const barAt = endlessBars(RECORDED, '1s', START, 0);
  const bars = Array.from({ length: 12 }, (_, index) => barAt(index));
  assert.deepEqual(
    bars.map(bar => bar[5]),
    [1, 2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 1],
  );
  assert.deepEqual(bars[3], [START + 3_000, 13, 14, 13, 14, 3]);
  for (let index = 1; index < bars.length; index++) assert.equal(bars[index][1], bars[index - 1][4]);
});

test('markets of the same bars may begin at different ones', () => {
  assert.equal(endlessBars(RECORDED, '1m', START, 2)(0)[5], 3);
});

test('an exchange of endless bars shows and trades them as time passes, and takes no others', async t => {
  const { exchange, client, clock } = await tradingScene(t, {
    bars: [],
    market: { barAt: endlessBars(RECORDED, '1s', START, 0), minNotional: '1' },
  });
  const { id } = await client.createOrder(BTC, 'limit', 'sell', 0.5, 14.5);
  clock.advance(7_500);
  assert.equal((await client.fetchOHLCV(BTC, '1s')).length, 8);
  assert.equal((await client.fetchOrder(id, BTC)).status, 'closed');
  assert.throws(() => exchange.feed('BTCUSDT', RECORDED), { code: 'USAGE' });
});

test('a faster clock goes on from its anchor, whoever looks', () => {
  let real = 1_000;
  const clock = anchoredClock({ realTime: 1_000, exchangeTime: START, speed: 60 }, () => real);
  real += 500;
  assert.equal(clock(), START + 30_000);
});

test('faults are read from words', () => {
  assert.deepEqual(parseFault('POST order status status=503 when=after probability=0.1'), {
    path: 'order',
    method: 'POST',
    fault: { kind: 'status', status: 503, body: '{"code":-1000,"msg":"An unknown error occurred."}' },
    when: 'after',
    probability: 0.1,
  });
  assert.deepEqual(parseFault('klines rate-limited retryAfter=2 times=3'), {
    path: 'klines',
    fault: { kind: 'rate-limited', retryAfter: '2' },
    times: 3,
  });
});

for (const words of [
  'order',
  'order nonsense',
  'order delay',
  'order cut probability=2',
  'order cut whenever=after',
]) {
  test(`"${words}" is no fault, and is told what one looks like`, () => {
    assert.throws(() => parseFault(words), { code: 'USAGE', message: /Write \[METHOD\] PATH KIND/ });
  });
}
