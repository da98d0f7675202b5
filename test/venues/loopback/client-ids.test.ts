import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, BTC, tradingScene } from '../../support/trading-exchange.ts';

const ID = { clientOrderId: 'the-same-id' };

test('an id of an open order is refused, whatever else differs', async t => {
  const scene = await tradingScene(t);
  await scene.client.createOrder(BTC, 'limit', 'buy', 1, 98, ID);
  const second = scene.client.createOrder(BTC, 'market', 'sell', 0.5, undefined, ID);
  await assertRefused(scene, second, -2010, /Duplicate order sent/);
  assert.deepEqual(scene.exchange.inspect().duplicates, []);
});

test('an id of a partly filled order is refused too', async t => {
  const scene = await tradingScene(t, {
    bars: [[100, 100, 100, 100, 4]],
    account: { matching: { takerShare: 1 } },
  });
  await scene.client.createOrder(BTC, 'limit', 'buy', 3, 101, ID);
  await assertRefused(scene, scene.client.createOrder(BTC, 'limit', 'buy', 3, 98, ID), -2010, /Duplicate/);
});

for (const [end, finish] of [
  ['filled', 'market'],
  ['canceled', 'limit'],
] as const) {
  test(`the id of a ${end} order is taken again, and the book tells it`, async t => {
    const { client, exchange } = await tradingScene(t);
    const first = await client.createOrder(BTC, finish, 'buy', 1, finish === 'limit' ? 98 : undefined, ID);
    if (end === 'canceled') await client.cancelOrder(first.id, BTC);
    const second = await client.createOrder(BTC, 'limit', 'buy', 1, 97, ID);
    assert.notEqual(second.id, first.id);
    assert.deepEqual(exchange.inspect().duplicates, [{ clientOrderId: 'the-same-id', orderIds: [1, 2] }]);
  });
}

test('an id that was used again means the open order, else the newest', async t => {
  const { client } = await tradingScene(t);
  await client.createOrder(BTC, 'market', 'buy', 1, undefined, ID);
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 97, ID);
  assert.equal((await client.fetchOrder('', BTC, ID)).id, id);
  await client.cancelOrder('', BTC, ID);
  await client.createOrder(BTC, 'market', 'buy', 1, undefined, ID);
  assert.equal((await client.fetchOrder('', BTC, ID)).id, '3');
});

test('an id of 36 characters is taken', async t => {
  const { client } = await tradingScene(t);
  const clientOrderId = 'aZ0-_'.padEnd(36, '9');
  assert.equal(
    (await client.createOrder(BTC, 'limit', 'buy', 1, 98, { clientOrderId })).clientOrderId,
    clientOrderId,
  );
});
