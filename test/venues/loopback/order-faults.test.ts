import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlphaloomError, ErrorCode } from '../../../contracts/errors.ts';
import type { Fault } from '../../../venues/loopback/faults.ts';
import { BTC, tradingClient, tradingScene } from '../../support/trading-exchange.ts';

const UNAVAILABLE: Fault = { kind: 'status', status: 503, body: '{"code":-1000,"msg":"Unknown error."}' };

/** What a client is left with by a fault of `POST order`: a code of ours, or a class of ccxt's. */
const ANSWERS: readonly (readonly [title: string, fault: Fault, error: ErrorCode | string])[] = [
  ['a cut response', { kind: 'cut' }, 'VENUE_UNREACHABLE'],
  ['a connection that ends without a byte', { kind: 'reset' }, 'VENUE_UNREACHABLE'],
  ['a stalled response', { kind: 'stalled' }, 'VENUE_UNREACHABLE'],
  ['an empty 200', { kind: 'empty' }, 'VENUE_ANSWER_INVALID'],
  ['a truncated 200', { kind: 'truncated' }, 'VENUE_ANSWER_INVALID'],
  ['a 200 with HTML', { kind: 'html' }, 'VENUE_ANSWER_INVALID'],
  ['a 503', UNAVAILABLE, 'OperationFailed'],
  ['a 504', { ...UNAVAILABLE, status: 504, body: '' }, 'RequestTimeout'],
  ['a 429', { kind: 'rate-limited', retryAfter: '1' }, 'DDoSProtection'],
  ['a 418', { kind: 'banned', retryAfter: '1' }, 'DDoSProtection'],
  ['maintenance', { kind: 'maintenance' }, 'ExchangeNotAvailable'],
  ['a 401', { kind: 'refused-key' }, 'AuthenticationError'],
];

for (const [title, fault, error] of ANSWERS) {
  for (const when of ['before', 'after'] as const) {
    test(`${title} ${when} having acted leaves ${when === 'after' ? 'the order' : 'nothing'} in the book`, async t => {
      const { exchange, clock } = await tradingScene(t);
      // Only silence has to be waited for.
      const deadlineMs = fault.kind === 'stalled' ? 2_000 : 20_000;
      const client = await tradingClient(exchange.address, clock.now, { deadlineMs });
      await client.loadMarkets();
      exchange.script({ path: 'order', method: 'POST', fault, when });
      const failed = await client.createOrder(BTC, 'limit', 'buy', 1, 98).then(
        () => assert.fail('It was answered.'),
        (reason: Error) => (reason as AlphaloomError).code ?? reason.constructor.name,
      );
      assert.equal(failed, error);
      assert.equal(exchange.inspect().orders.length, when === 'after' ? 1 : 0);
      assert.equal(exchange.requests.at(-1)?.fault, fault.kind);
    });
  }
}

test('an empty object for a new order is an order without an id, and yet the order is there', async t => {
  const { exchange, client } = await tradingScene(t);
  exchange.script({ path: 'order', method: 'POST', fault: { kind: 'object' } });
  const order = await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  assert.equal(order.id, undefined);
  assert.equal(exchange.inspect().orders.length, 1);
});

test('a 401 after the first success looks like a ban to the client', async t => {
  const { exchange, client } = await tradingScene(t);
  await client.fetchBalance();
  exchange.script({ path: 'order', method: 'POST', fault: { kind: 'refused-key' } });
  await assert.rejects(client.createOrder(BTC, 'limit', 'buy', 1, 98), { name: 'DDoSProtection' });
  assert.equal(exchange.inspect().orders.length, 1);
});

test('an order that is held up on its way beyond its window is void', async t => {
  const { exchange, client, clock } = await tradingScene(t);
  await client.loadMarkets();
  exchange.script({ path: 'order', method: 'POST', fault: { kind: 'delay', ms: 100 } });
  const sent = client.createOrder(BTC, 'limit', 'buy', 1, 98);
  const refused = assert.rejects(sent, { message: /outside of the recvWindow/ });
  while (exchange.requests.at(-1)?.path !== 'order') await new Promise(resolve => setImmediate(resolve));
  clock.advance(5_001);
  await refused;
  assert.deepEqual(exchange.inspect().orders, []);
});

test('an answer that is held up on its way belongs to an order that was placed at once', async t => {
  const { exchange, client, clock } = await tradingScene(t);
  await client.loadMarkets();
  exchange.script({ path: 'order', method: 'POST', fault: { kind: 'delay', ms: 100 }, when: 'after' });
  const sent = client.createOrder(BTC, 'limit', 'buy', 1, 98);
  while (exchange.inspect().orders.length === 0) await new Promise(resolve => setImmediate(resolve));
  clock.advance(60_000);
  assert.equal((await sent).status, 'open');
});

test('an answer about another order is well-formed, and wrong', async t => {
  const { exchange, client } = await tradingScene(t);
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  exchange.script({ path: 'order', method: 'GET', fault: { kind: 'other-order' } });
  const answer = await client.fetchOrder(id, BTC);
  assert.notEqual(answer.id, id);
  assert.equal((await client.fetchOrder(id, BTC)).id, id);
});

test('a query that lags does not see what is newer; the next one does', async t => {
  const { exchange, client, clock } = await tradingScene(t);
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  clock.advance(1_000);
  exchange.script({ path: 'order', method: 'GET', fault: { kind: 'query-lag', ms: 2_000 } });
  await assert.rejects(client.fetchOrder(id, BTC), { name: 'OrderNotFound' });
  assert.equal((await client.fetchOrder(id, BTC)).id, id);
});

test('one order may stay invisible for longer than others', async t => {
  const { exchange, client, clock } = await tradingScene(t);
  exchange.script({ path: 'order', method: 'POST', fault: { kind: 'query-lag', ms: 9_000 } });
  await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  await client.createOrder(BTC, 'limit', 'buy', 1, 97);
  assert.deepEqual(
    (await client.fetchOpenOrders(BTC)).map(order => order.id),
    ['2'],
  );
  clock.advance(9_000);
  assert.equal((await client.fetchOpenOrders(BTC)).length, 2);
});

test('trades come twice, out of order, or late', async t => {
  const { exchange, client } = await tradingScene(t);
  for (let trade = 0; trade < 3; trade++) await client.createOrder(BTC, 'market', 'buy', 0.1);
  const ids = async (fault: Fault) => {
    exchange.script({ path: 'myTrades', fault });
    return (await client.privateGetMyTrades({ symbol: 'BTCUSDT' })).map(trade => trade.id);
  };
  assert.deepEqual(await ids({ kind: 'duplicate-trades' }), [1, 1, 2, 2, 3, 3]);
  assert.deepEqual(await ids({ kind: 'unordered-trades' }), [3, 2, 1]);
  assert.deepEqual(await ids({ kind: 'missing-trades', count: 2 }), [1]);
  assert.deepEqual(
    exchange.inspect().trades.map(trade => trade.id),
    [1, 2, 3],
  );
});

test('an empty 200 is an empty purse and no open orders to the plain client: both are false', async t => {
  const { exchange, client } = await tradingScene(t);
  await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  for (const path of ['account', 'openOrders']) exchange.script({ path, fault: { kind: 'object' } });
  assert.deepEqual((await client.fetchBalance()).total, {});
  assert.deepEqual(await client.fetchOpenOrders(BTC), []);
  assert.equal((await client.fetchBalance()).total.USDT, 10_000);
});

test('a skewed clock tells another time, and means the right one', async t => {
  const { exchange, client, clock } = await tradingScene(t);
  exchange.script({ path: 'time', fault: { kind: 'clock-skew', ms: -61_000 } });
  assert.equal(await client.fetchTime(), clock.now() - 61_000);
  await client.fetchBalance();
});

test('under maintenance nothing is taken, and the price goes on', async t => {
  const { exchange, client, clock } = await tradingScene(t, {
    bars: [
      [100, 100, 100, 100],
      [97, 97, 97, 97],
    ],
  });
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  exchange.maintenance = true;
  await assert.rejects(client.cancelOrder(id, BTC), { name: 'ExchangeNotAvailable' });
  clock.advance(1_000);
  exchange.maintenance = false;
  assert.equal((await client.fetchOrder(id, BTC)).status, 'closed');
});

test('a fault is for its method alone, after so many requests, so many times', async t => {
  const { exchange, client } = await tradingScene(t);
  await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  exchange.script({ path: 'order', method: 'GET', fault: UNAVAILABLE, after: 1, times: 2 });
  const outcomes: string[] = [];
  for (let query = 0; query < 4; query++)
    outcomes.push(
      await client.fetchOrder('1', BTC).then(
        () => 'answer',
        () => 'fault',
      ),
    );
  await client.createOrder(BTC, 'limit', 'buy', 1, 97);
  assert.deepEqual(outcomes, ['answer', 'fault', 'fault', 'answer']);
});

test('faults by chance are the same for the same seed, and others for another', async t => {
  const struck = async (seed: number) => {
    const { exchange, client } = await tradingScene(t, { options: { seed } });
    await client.loadMarkets();
    exchange.script({ path: 'account', fault: UNAVAILABLE, probability: 0.3 });
    for (let query = 0; query < 40; query++) await client.fetchBalance().catch(() => {});
    return exchange.requests.filter(request => request.path === 'account').map(request => request.fault);
  };
  const [first, again, other] = [await struck(7), await struck(7), await struck(8)];
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
  const share = first.filter(fault => fault !== null).length / first.length;
  assert.ok(share > 0.1 && share < 0.5, `${share}`);
});
