import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BTC, START, tradingScene } from '../../support/trading-exchange.ts';

function overHttp(address: string) {
  return async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${address}/loopback/${path}`, { method, body: JSON.stringify(body) });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
}

test('another process sees the same book as this one', async t => {
  const { exchange, client, clock } = await tradingScene(t, { bars: [[100, 100, 97, 99]] });
  const ask = overHttp(exchange.address);
  await client.createOrder(BTC, 'limit', 'buy', 1, 98, { clientOrderId: 'seen' });
  clock.advance(1_000);
  const { body } = await ask('GET', 'book');
  assert.deepEqual(body, JSON.parse(JSON.stringify(exchange.inspect())));
  assert.deepEqual(
    body.orders[0].events.map((event: { kind: string }) => event.kind),
    ['placed', 'filled'],
  );
  for (const part of ['orders', 'trades', 'balances', 'duplicates'])
    assert.deepEqual((await ask('GET', part)).body, body[part]);
});

test('requests are told with what was asked, never with their signature', async t => {
  const { exchange, client } = await tradingScene(t);
  await client.createOrder(BTC, 'limit', 'buy', 1, 98, { clientOrderId: 'told' });
  const ask = overHttp(exchange.address);
  const last = (await ask('GET', 'requests')).body.at(-1);
  assert.deepEqual(
    [last.method, last.path, last.query.newClientOrderId, last.query.timestamp, last.time],
    ['POST', 'order', 'told', String(START), START],
  );
  assert.equal(last.query.signature, undefined);
});

test('faults can be added and dropped by another process', async t => {
  const { exchange, client } = await tradingScene(t);
  const ask = overHttp(exchange.address);
  const fault = { path: 'account', fault: { kind: 'status', status: 500 }, times: 9 };
  assert.equal((await ask('POST', 'faults', [fault])).status, 200);
  await assert.rejects(client.fetchBalance());
  assert.equal((await ask('DELETE', 'faults')).status, 200);
  await client.fetchBalance();
});

test('another process revokes keys, pays in, halts markets, adds bars and sets clock and lag', async t => {
  const { exchange, client, clock } = await tradingScene(t);
  const ask = overHttp(exchange.address);
  await ask('POST', 'bars', { symbol: 'BTCUSDT', rows: [[START + 1_000, 100, 102, 95, 97, 5]] });
  await ask('POST', 'control', { deposits: { USDT: '2.5' }, queryLagMs: 70 });
  clock.advance(2_000);
  assert.equal((await client.fetchTicker(BTC)).last, 97);
  assert.deepEqual([exchange.queryLagMs, (await client.fetchBalance()).free.USDT], [70, 10_002.5]);
  await ask('POST', 'control', { statuses: { BTCUSDT: 'HALT' }, skewMs: 40 });
  assert.equal(exchange.skewMs, 40);
  await assert.rejects(client.createOrder(BTC, 'market', 'buy', 1), { message: /Market is closed/ });
  await ask('POST', 'control', { keys: { 'loopback-test-key': 'revoked' } });
  await assert.rejects(client.fetchBalance(), { message: /Invalid API-key/ });
  await ask('POST', 'control', { maintenance: true });
  assert.equal(exchange.maintenance, true);
});

test('what is told wrongly changes nothing, and is answered with what is wrong', async t => {
  const { exchange } = await tradingScene(t);
  const ask = overHttp(exchange.address);
  for (const [path, body] of [
    ['control', { maintenence: true }],
    ['faults', [{ path: 'order', fault: { kind: 'no-such-fault' } }]],
    ['bars', { symbol: 'BTCUSDT', rows: [[1, 2, 3]] }],
    ['bars', { symbol: 'NOPEUSDT', rows: [[START, 1, 1, 1, 1, 1]] }],
    ['control', { statuses: { NOPEUSDT: 'HALT' } }],
  ] as const) {
    const { status, body: answer } = await ask('POST', path, body);
    assert.equal(status, 400);
    assert.ok(answer.error.length > 0);
  }
  assert.equal((await ask('GET', 'nothing')).status, 404);
  assert.equal(exchange.maintenance, false);
});
