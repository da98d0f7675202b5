import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, BTC, START, tradingScene } from '../../support/trading-exchange.ts';

const HOUR = 3_600_000;

test('a new order is invisible to every query until the lag is over, and yet it is there', async t => {
  const scene = await tradingScene(t, { account: { queryLagMs: 800 } });
  const { client, clock } = scene;
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98, { clientOrderId: 'lagging' });
  await client.createOrder(BTC, 'market', 'buy', 1);
  const seen = async () => [
    (await client.fetchOpenOrders(BTC)).length,
    (await client.fetchOrders(BTC)).length,
    (await client.fetchMyTrades(BTC)).length,
  ];
  clock.advance(799);
  assert.deepEqual(await seen(), [0, 0, 0]);
  await assertRefused(
    scene,
    client.fetchOrder('', BTC, { clientOrderId: 'lagging' }),
    -2013,
    /does not exist/,
  );
  const again = client.createOrder(BTC, 'limit', 'buy', 1, 98, { clientOrderId: 'lagging' });
  await assertRefused(scene, again, -2010, /Duplicate/);
  clock.advance(1);
  assert.deepEqual(await seen(), [1, 2, 1]);
  assert.equal((await client.fetchOrder(id, BTC)).status, 'open');
});

test('an order that is still invisible can be canceled', async t => {
  const { client } = await tradingScene(t, { account: { queryLagMs: 800 } });
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98);
  assert.equal((await client.cancelOrder(id, BTC)).status, 'canceled');
});

test('trades are paged by id, by order and by time', async t => {
  const { client, clock } = await tradingScene(t);
  for (let trade = 1; trade <= 6; trade++) {
    await client.createOrder(BTC, 'market', 'buy', 0.1);
    clock.advance(HOUR);
  }
  const ids = async (parameters: Record<string, unknown>) =>
    (await client.privateGetMyTrades({ symbol: 'BTCUSDT', ...parameters })).map(trade => trade.id);
  assert.deepEqual(await ids({ limit: 2 }), [5, 6]);
  assert.deepEqual(await ids({ fromId: 2, limit: 2 }), [2, 3]);
  assert.deepEqual(await ids({ orderId: 4 }), [4]);
  assert.deepEqual(await ids({ startTime: START + HOUR, limit: 2 }), [2, 3]);
  assert.deepEqual(await ids({ startTime: START + HOUR, endTime: START + 2 * HOUR }), [2, 3]);
});

test('orders are paged by id and by time', async t => {
  const { client, clock } = await tradingScene(t);
  for (let order = 1; order <= 5; order++) {
    await client.createOrder(BTC, 'limit', 'buy', 0.1, 90 + order);
    clock.advance(HOUR);
  }
  const ids = async (parameters: Record<string, unknown>) =>
    (await client.privateGetAllOrders({ symbol: 'BTCUSDT', ...parameters })).map(order => order.orderId);
  assert.deepEqual(await ids({ limit: 2 }), [4, 5]);
  assert.deepEqual(await ids({ orderId: 2, limit: 2 }), [2, 3]);
  assert.deepEqual(await ids({ startTime: START + 3 * HOUR }), [4, 5]);
});

test('ranges of more than a day, pages of more than a thousand, and ids with times are refused', async t => {
  const scene = await tradingScene(t);
  const query = (parameters: Record<string, unknown>) =>
    scene.client.privateGetMyTrades({ symbol: 'BTCUSDT', ...parameters });
  await assertRefused(scene, query({ startTime: START, endTime: START + 24 * HOUR + 1 }), -1127, /24 hours/);
  await assertRefused(scene, query({ limit: 1_001 }), -1130, /limit/);
  await assertRefused(scene, query({ fromId: 1, startTime: START }), -1128, /Combination/);
});
