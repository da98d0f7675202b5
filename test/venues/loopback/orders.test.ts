import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, BTC, tradingScene } from '../../support/trading-exchange.ts';

test('a limit order below the market rests, is found by both ids, and is canceled', async t => {
  const { client } = await tradingScene(t);
  const placed = await client.createOrder(BTC, 'limit', 'buy', 0.5, 99, { clientOrderId: 'resting-1' });
  assert.deepEqual(
    [placed.id, placed.clientOrderId, placed.status, placed.filled],
    ['1', 'resting-1', 'open', 0],
  );
  assert.equal((await client.fetchOrder('1', BTC)).clientOrderId, 'resting-1');
  assert.equal((await client.fetchOrder('', BTC, { clientOrderId: 'resting-1' })).id, '1');
  assert.deepEqual(
    (await client.fetchOpenOrders(BTC)).map(order => order.id),
    ['1'],
  );
  const canceled = await client.cancelOrder('', BTC, {
    clientOrderId: 'resting-1',
    newClientOrderId: 'cancel-1',
  });
  assert.equal(canceled.status, 'canceled');
  assert.deepEqual([canceled.info.origClientOrderId, canceled.info.clientOrderId], ['resting-1', 'cancel-1']);
  const after = await client.fetchOrder('1', BTC);
  assert.deepEqual([after.status, after.clientOrderId], ['canceled', 'resting-1']);
  assert.deepEqual(await client.fetchOpenOrders(), []);
});

test('a market order buys at the ask at once, and its fills tell the commission', async t => {
  const { client } = await tradingScene(t);
  const order = await client.createOrder(BTC, 'market', 'buy', 0.25);
  assert.deepEqual(
    [order.status, order.filled, order.average, order.cost],
    ['closed', 0.25, 100.01, 25.0025],
  );
  assert.deepEqual(order.fees, [{ currency: 'BTC', cost: 0.00025 }]);
});

test('a market order sells at the bid', async t => {
  const { client } = await tradingScene(t);
  const order = await client.createOrder(BTC, 'market', 'sell', 0.25);
  assert.equal(order.average, 99.99);
  assert.deepEqual(order.fees, [{ currency: 'USDT', cost: 0.0249975 }]);
});

test('a market order by quote quantity buys whole lots for no more than that', async t => {
  const { client } = await tradingScene(t);
  const order = await client.createOrder(BTC, 'market', 'buy', undefined, undefined, { quoteOrderQty: 50 });
  assert.deepEqual([order.info.origQty, order.info.origQuoteOrderQty], ['0.49995000', '50.00000000']);
  assert.ok(order.cost <= 50 && order.cost > 49.99);
});

test('a limit order beyond the market takes at the market’s price, not at its own', async t => {
  const { client } = await tradingScene(t);
  const order = await client.createOrder(BTC, 'limit', 'buy', 1, 105);
  assert.deepEqual([order.status, order.average], ['closed', 100.01]);
});

test('all open orders of a market are canceled at once', async t => {
  const scene = await tradingScene(t);
  const { client, exchange } = scene;
  await client.createOrder(BTC, 'limit', 'buy', 0.5, 99);
  await client.createOrder(BTC, 'limit', 'sell', 0.5, 101);
  const canceled = await client.cancelAllOrders(BTC);
  assert.deepEqual(
    canceled.map(order => order.status),
    ['canceled', 'canceled'],
  );
  assert.equal(exchange.book().allOpenOrders().length, 0);
  await assertRefused(scene, client.cancelAllOrders(BTC), -2011, /Unknown order sent/);
});

for (const [responseType, fields] of [
  ['ACK', ['clientOrderId', 'orderId', 'orderListId', 'symbol', 'transactTime']],
  ['RESULT', ['executedQty', 'status']],
  ['FULL', ['fills']],
] as const) {
  test(`newOrderRespType ${responseType} answers so much`, async t => {
    const { client } = await tradingScene(t);
    await client.loadMarkets();
    const answer = await client.privatePostOrder({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '0.1',
      price: '99',
      newOrderRespType: responseType,
    });
    if (responseType === 'ACK') assert.deepEqual(Object.keys(answer).sort(), fields);
    else for (const field of fields) assert.ok(field in answer);
    assert.equal('fills' in answer, responseType === 'FULL');
  });
}
