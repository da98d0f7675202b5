import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BTC, type PlainBar, tradingScene } from '../../support/trading-exchange.ts';

const FLAT: PlainBar = [100, 100, 100, 100];

test('within a bar the price goes from the open to the nearer extreme, to the other one, to the close', async t => {
  const { client, clock } = await tradingScene(t, { bars: [[100, 103, 98, 101]] });
  const seen: number[] = [];
  for (let quarter = 0; quarter < 4; quarter++) {
    seen.push((await client.fetchTicker(BTC)).last);
    clock.advance(250);
  }
  assert.deepEqual(seen, [100, 98, 103, 101]);
});

test('the open bar shows its path so far', async t => {
  const { client, clock } = await tradingScene(t, { bars: [[100, 103, 98, 101, 8]] });
  clock.advance(300);
  assert.deepEqual((await client.fetchOHLCV(BTC, '1s')).at(-1)?.slice(1), [100, 100, 98, 98, 4]);
  clock.advance(200);
  assert.deepEqual((await client.fetchOHLCV(BTC, '1m')).at(-1)?.slice(1), [100, 103, 98, 103, 6]);
});

test('no ticker tells what the open bar will still do', async t => {
  const { client, clock } = await tradingScene(t, { bars: [[100, 103, 98, 101, 8]] });
  clock.advance(300);
  const { high, low, last } = await client.fetchTicker(BTC);
  assert.deepEqual([high, low, last], [100, 98, 98]);
});

test('a resting order fills at its own price once the path reaches it, and pays the maker’s fee', async t => {
  const { client, clock } = await tradingScene(t, {
    bars: [FLAT, [100, 100, 98, 99]],
    account: { matching: { makerFee: '0.0002', takerFee: '0.001' } },
  });
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98.5);
  clock.advance(1_000);
  assert.equal((await client.fetchOrder(id, BTC)).status, 'open');
  clock.advance(500);
  const filled = await client.fetchOrder(id, BTC);
  assert.deepEqual([filled.status, filled.average], ['closed', 98.5]);
  const [trade] = await client.fetchMyTrades(BTC);
  assert.deepEqual([trade.takerOrMaker, trade.fee], ['maker', { currency: 'BTC', cost: 0.0002 }]);
});

test('a resting order that the price jumps over fills at its own price', async t => {
  const { client, clock } = await tradingScene(t, { bars: [FLAT, [90, 90, 90, 90]] });
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98.5);
  clock.advance(1_000);
  assert.equal((await client.fetchOrder(id, BTC)).average, 98.5);
});

test('orders are filled in the order in which the price reaches them', async t => {
  const { client, clock, exchange } = await tradingScene(t, { bars: [FLAT, [100, 100, 95, 100]] });
  for (const price of [96, 98, 97]) await client.createOrder(BTC, 'limit', 'buy', 0.1, price);
  clock.advance(2_000);
  assert.deepEqual(
    exchange.inspect().trades.map(trade => trade.orderId),
    [2, 3, 1],
  );
});

test('a stop sells at the bid where the price reaches it', async t => {
  const { client, clock } = await tradingScene(t, { bars: [FLAT, [100, 100, 95, 96]] });
  const { id } = await client.createOrder(BTC, 'market', 'sell', 1, undefined, { stopLossPrice: 97 });
  assert.equal((await client.fetchOrder(id, BTC)).info.isWorking, false);
  clock.advance(2_000);
  const order = await client.fetchOrder(id, BTC);
  assert.deepEqual([order.info.type, order.status, order.average], ['STOP_LOSS', 'closed', 96.99]);
});

test('a stop that the price jumps over sells where the price is then', async t => {
  const { client, clock } = await tradingScene(t, { bars: [FLAT, [90, 91, 89, 90]] });
  const { id } = await client.createOrder(BTC, 'market', 'sell', 1, undefined, { stopLossPrice: 97 });
  clock.advance(1_000);
  assert.equal((await client.fetchOrder(id, BTC)).average, 89.99);
});

test('a stop-limit that the price jumps over rests at its limit, and fills when the price comes back', async t => {
  const { client, clock } = await tradingScene(t, { bars: [FLAT, [90, 90, 90, 90], [90, 97, 90, 96]] });
  const { id } = await client.createOrder(BTC, 'limit', 'sell', 1, 96, { stopLossPrice: 97 });
  clock.advance(1_000);
  const resting = await client.fetchOrder(id, BTC);
  assert.deepEqual(
    [resting.info.type, resting.status, resting.info.isWorking],
    ['STOP_LOSS_LIMIT', 'open', true],
  );
  clock.advance(1_500);
  const filled = await client.fetchOrder(id, BTC);
  assert.deepEqual([filled.status, filled.average], ['closed', 96]);
});

test('a buying stop waits for the price to rise', async t => {
  const { client, clock } = await tradingScene(t, { bars: [FLAT, [100, 104, 99, 100]] });
  const { id } = await client.createOrder(BTC, 'market', 'buy', 1, undefined, { stopLossPrice: 103 });
  clock.advance(2_000);
  assert.equal((await client.fetchOrder(id, BTC)).average, 103.01);
});

for (const [type, side, target, average] of [
  ['market', 'sell', 102, 101.99],
  ['market', 'buy', 98, 98.01],
  ['limit', 'sell', 102, 101.99],
] as const) {
  test(`a take-profit (${type}, ${side}) fills when the price reaches it`, async t => {
    const { client, clock } = await tradingScene(t, { bars: [FLAT, [100, 104, 97, 100]] });
    const limit = type === 'limit' ? 101 : undefined;
    const { id } = await client.createOrder(BTC, type, side, 1, limit, { takeProfitPrice: target });
    clock.advance(2_000);
    const order = await client.fetchOrder(id, BTC);
    assert.deepEqual([order.status, order.average], ['closed', average]);
    assert.match(order.info.type, /^TAKE_PROFIT/);
  });
}

test('a resting order gets its share of each step’s volume, step by step', async t => {
  const { client, clock } = await tradingScene(t, {
    // A quarter of 4 coins is traded in each step, of which orders get half.
    bars: [FLAT, [98, 98, 98, 98, 4], [98, 98, 98, 98, 4]],
    account: { matching: { makerShare: 0.5 } },
  });
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 3, 98.5);
  clock.advance(1_250);
  const partial = await client.fetchOrder(id, BTC);
  assert.deepEqual([partial.info.status, partial.filled], ['PARTIALLY_FILLED', 1]);
  clock.advance(1_000);
  const filled = await client.fetchOrder(id, BTC);
  assert.deepEqual([filled.status, filled.filled], ['closed', 3]);
  assert.deepEqual(
    (await client.fetchMyTrades(BTC)).map(trade => trade.amount),
    Array(6).fill(0.5),
  );
});

test('two orders share one step’s volume', async t => {
  const { client, clock, exchange } = await tradingScene(t, {
    bars: [FLAT, [98, 98, 98, 98, 4]],
    account: { matching: { makerShare: 0.5 } },
  });
  await client.createOrder(BTC, 'limit', 'buy', 0.3, 98.5);
  await client.createOrder(BTC, 'limit', 'buy', 0.3, 98.5);
  clock.advance(1_000);
  assert.deepEqual(
    exchange.inspect().orders.map(order => order.executed),
    ['0.30000000', '0.20000000'],
  );
});

test('a partly filled order that is canceled keeps what it got', async t => {
  const { client, clock } = await tradingScene(t, {
    bars: [FLAT, [98, 98, 98, 98, 4]],
    account: { matching: { makerShare: 0.5 } },
  });
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 3, 98.5);
  clock.advance(1_000);
  await client.cancelOrder(id, BTC);
  const order = await client.fetchOrder(id, BTC);
  assert.deepEqual([order.status, order.filled], ['canceled', 0.5]);
  const { free, used } = await client.fetchBalance();
  assert.deepEqual([free.BTC, used.USDT, free.USDT], [1.4995, 0, 10_000 - 49.25]);
});

for (const [timeInForce, status, executed] of [
  ['GTC', 'PARTIALLY_FILLED', '1.00000000'],
  ['IOC', 'EXPIRED', '1.00000000'],
  ['FOK', 'EXPIRED', '0.00000000'],
] as const) {
  test(`a taking ${timeInForce} order that the market can’t fill is ${status}`, async t => {
    const { client } = await tradingScene(t, {
      bars: [[100, 100, 100, 100, 4]],
      account: { matching: { takerShare: 1 } },
    });
    const order = await client.createOrder(BTC, 'limit', 'buy', 3, 101, { timeInForce });
    assert.deepEqual([order.info.status, order.info.executedQty], [status, executed]);
    const { used } = await client.fetchBalance();
    assert.equal(used.USDT, timeInForce === 'GTC' ? 202 : 0);
  });
}

test('an IOC or FOK order that does not reach the market expires', async t => {
  const { client } = await tradingScene(t);
  for (const timeInForce of ['IOC', 'FOK']) {
    const order = await client.createOrder(BTC, 'limit', 'buy', 1, 99, { timeInForce });
    assert.equal(order.info.status, 'EXPIRED');
  }
});

test('a market order gets what the market has, and the rest expires', async t => {
  const { client } = await tradingScene(t, {
    bars: [[100, 100, 100, 100, 4]],
    account: { matching: { takerShare: 1 } },
  });
  const order = await client.createOrder(BTC, 'market', 'buy', 3);
  assert.deepEqual([order.info.status, order.info.executedQty], ['EXPIRED', '1.00000000']);
});

test('a triggered stop that can’t be paid in full buys what it can, and the rest expires', async t => {
  const { client, clock, exchange } = await tradingScene(t, {
    bars: [FLAT, [200, 200, 200, 200]],
    account: { balances: { USDT: '1030' } },
  });
  const { id } = await client.createOrder(BTC, 'market', 'buy', 10, undefined, { stopLossPrice: 103 });
  clock.advance(1_000);
  const order = await client.fetchOrder(id, BTC);
  assert.deepEqual([order.info.status, order.filled], ['EXPIRED', 5.14974]);
  assert.ok(Number(exchange.inspect().balances.USDT.free) >= 0);
});

test('bars that are known late are traded late', async t => {
  const { client, clock, exchange } = await tradingScene(t);
  clock.advance(5_000);
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  exchange.feed('BTCUSDT', {
    openTime: Float64Array.of(exchange.inspect().time - 4_000),
    open: Float64Array.of(100),
    high: Float64Array.of(100),
    low: Float64Array.of(97),
    close: Float64Array.of(99),
    volume: Float64Array.of(10),
  });
  const order = await client.fetchOrder(id, BTC);
  assert.equal(order.status, 'closed');
  assert.ok(exchange.inspect().trades[0].time >= exchange.inspect().orders[0].time);
});
