import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertRefused,
  BTC,
  KEY,
  START,
  tradingClient,
  tradingScene,
} from '../../support/trading-exchange.ts';

const LIMIT = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '1',
  price: '99',
};
const MARKET = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1' };
const STOP = { symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_LOSS', quantity: '1', stopPrice: '97' };

const REFUSED: readonly (readonly [
  title: string,
  order: Record<string, unknown>,
  code: number,
  message: RegExp,
])[] = [
  ['a price between the ticks', { ...LIMIT, price: '99.005' }, -1013, /PRICE_FILTER/],
  ['a stop price between the ticks', { ...STOP, stopPrice: '97.005' }, -1013, /PRICE_FILTER/],
  ['a price far below the market', { ...LIMIT, price: '19.99' }, -1013, /PERCENT_PRICE_BY_SIDE/],
  [
    'a price far above the market',
    { ...LIMIT, side: 'SELL', price: '500.01' },
    -1013,
    /PERCENT_PRICE_BY_SIDE/,
  ],
  ['a quantity between the lots', { ...LIMIT, quantity: '0.100001' }, -1013, /LOT_SIZE/],
  ['a quantity below a lot', { ...LIMIT, quantity: '0.000001' }, -1013, /LOT_SIZE/],
  ['a quantity beyond the largest', { ...LIMIT, quantity: '9001' }, -1013, /LOT_SIZE/],
  ['a market order beyond its largest', { ...MARKET, quantity: '51' }, -1013, /MARKET_LOT_SIZE/],
  ['an order that is worth too little', { ...LIMIT, quantity: '0.05' }, -1013, /NOTIONAL/],
  ['a market order that is worth too little', { ...MARKET, quantity: '0.04' }, -1013, /NOTIONAL/],
  ['a quantity of nothing', { ...LIMIT, quantity: '0' }, -1013, /Invalid quantity/],
  ['a price of nothing', { ...LIMIT, price: '0' }, -1013, /Invalid price/],
  ['more than eight decimals', { ...LIMIT, quantity: '0.123456789' }, -1111, /too much precision/],
  ['text for a number', { ...LIMIT, quantity: '1e3' }, -1100, /Illegal characters/],
  ['a buy that costs more than there is', { ...LIMIT, quantity: '101.02' }, -2010, /insufficient balance/],
  [
    'a sell of more than there is',
    { ...LIMIT, side: 'SELL', price: '101', quantity: '1.1' },
    -2010,
    /insufficient/,
  ],
  ['a market sell of more than there is', { ...MARKET, quantity: '49', side: 'SELL' }, -2010, /insufficient/],
  ['a stop for more than there is', { ...STOP, quantity: '1.1' }, -2010, /insufficient balance/],
  ['a stop whose price was passed', { ...STOP, stopPrice: '100' }, -2010, /would trigger immediately/],
  [
    'a maker that would take',
    { ...LIMIT, type: 'LIMIT_MAKER', timeInForce: undefined, price: '100.01' },
    -2010,
    /immediately match/,
  ],
  ['an order without a price', { ...LIMIT, price: undefined }, -1102, /'price' was not sent/],
  [
    'an order without a time in force',
    { ...LIMIT, timeInForce: undefined },
    -1102,
    /'timeInForce' was not sent/,
  ],
  ['an order without a side', { ...LIMIT, side: undefined }, -1102, /'side' was not sent/],
  [
    'a market order with neither quantity',
    { ...MARKET, quantity: undefined },
    -1102,
    /'quantity' was not sent/,
  ],
  ['a market order with both quantities', { ...MARKET, quoteOrderQty: '50' }, -1128, /Combination/],
  ['a market order with a price', { ...MARKET, price: '99' }, -1106, /'price' sent when not required/],
  [
    'a limit order with a stop price',
    { ...LIMIT, stopPrice: '99' },
    -1106,
    /'stopPrice' sent when not required/,
  ],
  ['a parameter that is none', { ...LIMIT, reduceOnly: 'true' }, -1104, /Not all sent parameters were read/],
  ['a type that is none', { ...LIMIT, type: 'TRAILING' }, -1116, /Invalid orderType/],
  ['a side that is none', { ...LIMIT, side: 'HOLD' }, -1117, /Invalid side/],
  ['a time in force that is none', { ...LIMIT, timeInForce: 'GTX' }, -1115, /Invalid timeInForce/],
  ['a symbol that is none', { ...LIMIT, symbol: 'NOPEUSDT' }, -1121, /Invalid symbol/],
  ['an id of 37 characters', { ...LIMIT, newClientOrderId: 'a'.repeat(37) }, -1100, /newClientOrderId/],
  ['an id with a blank', { ...LIMIT, newClientOrderId: 'a b' }, -1100, /newClientOrderId/],
];

for (const [title, order, code, message] of REFUSED) {
  test(`${title} is refused with ${code}, and leaves nothing behind`, async t => {
    const scene = await tradingScene(t, { market: { maxMarketQuantity: '50' } });
    const sent = Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
    await assertRefused(scene, scene.client.privatePostOrder(sent), code, message);
    const { orders, balances } = scene.exchange.inspect();
    assert.deepEqual(orders, []);
    assert.deepEqual(balances.USDT, { free: '10000.00000000', locked: '0.00000000' });
  });
}

test('older markets name their smallest order MIN_NOTIONAL', async t => {
  const scene = await tradingScene(t, { market: { notionalFilter: 'MIN_NOTIONAL' } });
  const tooSmall = scene.client.privatePostOrder({ ...LIMIT, quantity: '0.01' });
  await assertRefused(scene, tooSmall, -1013, /Filter failure: MIN_NOTIONAL/);
});

test('the sixth stop of a market is refused', async t => {
  const scene = await tradingScene(t);
  for (let stop = 0; stop < 5; stop++) await scene.client.privatePostOrder({ ...STOP, quantity: '0.1' });
  const sixth = scene.client.privatePostOrder({ ...STOP, quantity: '0.1' });
  await assertRefused(scene, sixth, -1013, /MAX_NUM_ALGO_ORDERS/);
});

test('orders and cancels of what is unknown are -2013 and -2011', async t => {
  const scene = await tradingScene(t);
  const { client } = scene;
  await assertRefused(scene, client.fetchOrder('7', BTC), -2013, /Order does not exist/);
  await assertRefused(
    scene,
    client.fetchOrder('', BTC, { clientOrderId: 'no-such' }),
    -2013,
    /does not exist/,
  );
  await assertRefused(scene, client.cancelOrder('7', BTC), -2011, /Unknown order sent/);
  await assertRefused(scene, client.privateGetOrder({ symbol: 'BTCUSDT' }), -1102, /must be sent/);
});

test('a filled or canceled order can’t be canceled', async t => {
  const scene = await tradingScene(t);
  const filled = await scene.client.createOrder(BTC, 'market', 'buy', 1);
  await assertRefused(scene, scene.client.cancelOrder(filled.id, BTC), -2011, /Unknown order/);
  const canceled = await scene.client.createOrder(BTC, 'limit', 'buy', 1, 99);
  await scene.client.cancelOrder(canceled.id, BTC);
  await assertRefused(scene, scene.client.cancelOrder(canceled.id, BTC), -2011, /Unknown order/);
});

test('an order that is named by both ids must have both', async t => {
  const scene = await tradingScene(t);
  const { id } = await scene.client.createOrder(BTC, 'limit', 'buy', 1, 99, { clientOrderId: 'mine' });
  const named = (origClientOrderId: string) =>
    scene.client.privateGetOrder({ symbol: 'BTCUSDT', orderId: id, origClientOrderId });
  assert.equal((await named('mine')).status, 'NEW');
  await assertRefused(scene, named('other'), -2013, /does not exist/);
});

test('too many orders within ten seconds are refused with -1015 until they are over', async t => {
  const scene = await tradingScene(t, { options: { limits: { ordersPerTenSeconds: 2 } } });
  for (let order = 0; order < 2; order++) await scene.client.createOrder(BTC, 'market', 'buy', 0.1);
  await assertRefused(
    scene,
    scene.client.createOrder(BTC, 'market', 'buy', 0.1),
    -1015,
    /Too many new orders/,
  );
  scene.clock.advance(10_000);
  await scene.client.createOrder(BTC, 'market', 'buy', 0.1);
});

for (const [title, change, code, message] of [
  ['a key that is not one', { apiKey: 'x' }, -2014, /API-key format invalid/],
  ['an unknown key', { apiKey: 'a-key-of-nobody' }, -2015, /Invalid API-key/],
  ['a wrong secret', { secret: 'wrong' }, -1022, /Signature for this request is not valid/],
] as const) {
  test(`${title} is refused with ${code}`, async t => {
    const scene = await tradingScene(t);
    const client = await tradingClient(scene.exchange.address, scene.clock.now, {
      key: { ...KEY, ...change },
    });
    await assertRefused(scene, client.fetchBalance(), code, message);
  });
}

test('a key that is revoked while the exchange runs is refused from then on, until it is valid again', async t => {
  const scene = await tradingScene(t);
  await scene.client.fetchBalance();
  scene.exchange.revokeKey('loopback-test-key');
  await assertRefused(scene, scene.client.fetchBalance(), -2015, /Invalid API-key/);
  scene.exchange.restoreKey('loopback-test-key');
  await scene.client.fetchBalance();
});

test('a key that may only read places and cancels nothing', async t => {
  const reader = { apiKey: 'a-key-that-reads', secret: 'read', mayTrade: false };
  const scene = await tradingScene(t, { account: { keys: [reader] } });
  const client = await tradingClient(scene.exchange.address, scene.clock.now, { key: reader });
  await client.fetchBalance();
  await assertRefused(scene, client.createOrder(BTC, 'market', 'buy', 1), -2015, /permissions for action/);
});

test('a signature of other parameters is refused', async t => {
  const scene = await tradingScene(t);
  const response = await fetch(
    `${scene.exchange.address}/api/v3/account?timestamp=${START}&recvWindow=5000&signature=${'0'.repeat(64)}`,
    { headers: { 'X-MBX-APIKEY': 'loopback-test-key' } },
  );
  assert.deepEqual([response.status, ((await response.json()) as { code: number }).code], [400, -1022]);
});

for (const [title, timestamp, message] of [
  ['older than its window', START - 5_001, /outside of the recvWindow/],
  ['a second ahead of the exchange', START + 1_000, /ahead of the server's time/],
] as const) {
  test(`a request that is ${title} is refused with -1021`, async t => {
    const scene = await tradingScene(t);
    await assertRefused(scene, scene.client.privateGetAccount({ timestamp }), -1021, message);
  });
}

test('requests at the edges of their window are taken', async t => {
  const { client } = await tradingScene(t);
  for (const timestamp of [START - 5_000, START + 999]) await client.privateGetAccount({ timestamp });
});

test('a window of more than a minute is refused', async t => {
  const scene = await tradingScene(t);
  await assertRefused(scene, scene.client.privateGetAccount({ recvWindow: 60_001 }), -1131, /recvWindow/);
});

test('an exchange whose clock is a minute off refuses what comes by ours', async t => {
  const scene = await tradingScene(t);
  await scene.client.loadMarkets();
  scene.exchange.skewMs = 60_000;
  await assertRefused(scene, scene.client.fetchBalance(), -1021, /outside of the recvWindow/);
  assert.equal(await scene.client.fetchTime(), START + 60_000);
});

for (const status of ['BREAK', 'HALT'] as const) {
  test(`a market in ${status} takes no orders and fills none, but cancels`, async t => {
    const scene = await tradingScene(t, {
      bars: [
        [100, 100, 100, 100],
        [97, 97, 97, 97],
        [97, 97, 97, 97],
      ],
    });
    const { client, exchange, clock } = scene;
    const { id } = await client.createOrder(BTC, 'limit', 'buy', 1, 98);
    exchange.setStatus('BTCUSDT', status);
    await assertRefused(scene, client.createOrder(BTC, 'market', 'buy', 1), -1013, /Market is closed/);
    clock.advance(1_500);
    assert.equal((await client.fetchOrder(id, BTC)).status, 'open');
    assert.equal((await client.loadMarkets(true))[BTC].active, false);
    await client.cancelOrder(id, BTC);
    exchange.setStatus('BTCUSDT', 'TRADING');
    await client.createOrder(BTC, 'market', 'buy', 1);
  });
}

test('a delisted market is unknown, and its orders are canceled', async t => {
  const scene = await tradingScene(t);
  await scene.client.createOrder(BTC, 'limit', 'buy', 1, 98);
  scene.exchange.setStatus('BTCUSDT', 'DELISTED');
  await assertRefused(scene, scene.client.createOrder(BTC, 'limit', 'buy', 1, 98), -1121, /Invalid symbol/);
  assert.deepEqual(await scene.client.fetchOpenOrders(), []);
  const { orders, balances } = scene.exchange.inspect();
  assert.deepEqual([orders[0].status, balances.USDT.locked], ['CANCELED', '0.00000000']);
});
