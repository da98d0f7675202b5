import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertRefused, BTC, type PlainBar, tradingScene } from '../../support/trading-exchange.ts';

const FLAT: PlainBar = [100, 100, 100, 100];

test('a resting buy locks quote coins, a resting sell and a stop lock base coins', async t => {
  const { client } = await tradingScene(t);
  await client.createOrder(BTC, 'limit', 'buy', 10, 98.5);
  await client.createOrder(BTC, 'limit', 'sell', 0.25, 101);
  await client.createOrder(BTC, 'limit', 'sell', 0.5, 96, { stopLossPrice: 97 });
  const { free, used } = await client.fetchBalance();
  assert.deepEqual([free.USDT, used.USDT], [9_015, 985]);
  assert.deepEqual([free.BTC, used.BTC], [0.25, 0.75]);
});

test('what is locked can’t be sold a second time', async t => {
  const scene = await tradingScene(t);
  const stop = await scene.client.createOrder(BTC, 'market', 'sell', 1, undefined, { stopLossPrice: 97 });
  const exit = () => scene.client.createOrder(BTC, 'market', 'sell', 1);
  await assertRefused(scene, exit(), -2010, /insufficient balance/);
  await scene.client.cancelOrder(stop.id, BTC);
  assert.equal((await exit()).status, 'closed');
});

test('a buy is received less its commission, so that not all of it can be sold', async t => {
  const scene = await tradingScene(t, { account: { balances: { USDT: '10000' } } });
  await scene.client.createOrder(BTC, 'market', 'buy', 1);
  assert.equal((await scene.client.fetchBalance()).free.BTC, 0.999);
  await assertRefused(scene, scene.client.createOrder(BTC, 'market', 'sell', 1), -2010, /insufficient/);
});

test('a limit buy that fills below its limit gives back the rest of what it held', async t => {
  const { client } = await tradingScene(t);
  await client.createOrder(BTC, 'limit', 'buy', 1, 105);
  const { free, used } = await client.fetchBalance();
  assert.deepEqual([free.USDT, used.USDT], [9_899.99, 0]);
});

test('commissions are cut to eight decimals', async t => {
  const { client, exchange } = await tradingScene(t, {
    bars: [[0.00123457, 0.00123457, 0.00123457, 0.00123457]],
    market: { base: 'DUST', tick: '0.00000001', lot: '0.1', minNotional: '0.0001' },
    account: { balances: { DUST: '1000' }, matching: { takerFee: '0.00075' } },
  });
  await client.createOrder('DUST/USDT', 'market', 'sell', 3.7);
  const [trade] = exchange.inspect().trades;
  assert.deepEqual(
    [trade.price, trade.quantity, trade.quote, trade.commission],
    ['0.00123456', '3.70000000', '0.00456787', '0.00000342'],
  );
  assert.equal(exchange.inspect().balances.USDT.free, '0.00456445');
});

test('eight decimals stay exact where binary numbers would not', async t => {
  const { client, clock, exchange } = await tradingScene(t, {
    bars: [FLAT, [98, 98, 98, 98]],
    market: { lot: '0.00000001' },
    account: { balances: { USDT: '1000' }, matching: { makerFee: '0', takerFee: '0' } },
  });
  for (const quantity of ['0.10000001', '0.20000002', '0.30000004'])
    await client.createOrder(BTC, 'limit', 'buy', quantity, 99);
  assert.equal(exchange.inspect().balances.USDT.locked, '59.40000693');
  clock.advance(1_000);
  const { balances } = exchange.inspect();
  assert.deepEqual([balances.BTC.free, balances.USDT.free], ['0.60000007', '940.59999307']);
});

test('coins can be paid in while the exchange runs', async t => {
  const { client, exchange } = await tradingScene(t, { account: { balances: {} } });
  assert.deepEqual((await client.fetchBalance()).total, {});
  exchange.deposit('USDT', '12.5');
  assert.equal((await client.fetchBalance()).free.USDT, 12.5);
});
