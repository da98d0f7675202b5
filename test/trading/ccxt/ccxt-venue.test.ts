import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { accepted, describeVenueContract, order, referenceTo, SYMBOL } from '../venue-contract.ts';
import { loopbackVenue, makeLoopbackVenue } from './loopback-venue.ts';

describeVenueContract('ccxt by Binance’s card, on the loopback exchange', makeLoopbackVenue);

test('a market order is sent by its quantity, never as an amount of quote', async t => {
  const scene = await loopbackVenue(t);
  accepted(await scene.venue.submit(order(scene)));
  const [posted] = scene.exchange.requests.filter(({ path }) => path === 'order');
  assert.deepEqual(
    ['type', 'quantity', 'quoteOrderQty', 'price'].map(name => posted.query.get(name)),
    ['MARKET', '0.5', null, null],
  );
});

test('an order is stamped with the moment of its grant, and void five seconds later', async t => {
  const scene = await loopbackVenue(t);
  await scene.venue.market(SYMBOL);
  const sentAt = scene.clock.now();
  scene.clock.advance(4_000);
  accepted(await scene.venue.submit(order(scene, { sentAt })));
  const [posted] = scene.exchange.requests.filter(({ path }) => path === 'order');
  assert.deepEqual(
    ['timestamp', 'recvWindow'].map(name => posted.query.get(name)),
    [String(sentAt), '5000'],
  );
});

test('more trades than fit on a page are all told', async t => {
  const scene = await loopbackVenue(t, {
    options: { limits: { ordersPerTenSeconds: 1_000_000, spotWeightPerMinute: 1_000_000 } },
    account: { balances: { USDT: '10000000', BTC: '10' } },
  });
  const since = scene.clock.now();
  const ids = Array.from({ length: 1_003 }, () => order(scene, { quantity: '0.06' }));
  for (const sent of ids) accepted(await scene.venue.submit(sent));
  const fills = await scene.venue.fills(SYMBOL, since);
  assert.equal(new Set(fills.map(({ tradeId }) => tradeId)).size, ids.length);
  assert.equal((await scene.venue.recentOrders(SYMBOL, since)).length, ids.length);
});

test('orders of others are told without an id of ours', async t => {
  const scene = await loopbackVenue(t);
  accepted(await scene.venue.submit(order(scene, { type: 'limit', price: '90' })));
  const strange = order(scene, { type: 'limit', price: '91', clientOrderId: 'another-client-s-id' });
  await scene.venue.submit(strange);
  const open = await scene.venue.openOrders(SYMBOL);
  assert.deepEqual(
    open.map(({ clientOrderId }) => clientOrderId === null),
    [false, true],
  );
});

test('a request that the budget holds back was never sent, and is said to be', async t => {
  let isHeld = false;
  const scene = await loopbackVenue(t, {
    parts: {
      budget: {
        take: async () => {
          if (isHeld) throw new AlphaloomError('VENUE_RATE_LIMITED', 'wait');
          return 0;
        },
        block: async () => {},
        close: async () => {},
      },
    },
  });
  await scene.venue.market(SYMBOL);
  isHeld = true;
  assert.deepEqual(await scene.venue.submit(order(scene)), {
    kind: 'rejected',
    code: 'rate-limit',
    venueCode: 'not-sent VENUE_RATE_LIMITED',
  });
  await assert.rejects(scene.venue.balances(), { code: 'VENUE_RATE_LIMITED' });
  assert.equal(scene.exchange.inspect().orders.length, 0);
});

test('an order that was held up after its grant does not leave any more, at whatever venue', async t => {
  let heldMs = 0;
  const scene = await loopbackVenue(t, {
    parts: {
      budget: {
        take: async () => {
          scene.clock.advance(heldMs);
          return 0;
        },
        block: async () => {},
        close: async () => {},
      },
    },
  });
  await scene.venue.market(SYMBOL);
  const { requests } = scene.exchange;
  const before = requests.length;
  heldMs = 5_001;
  assert.deepEqual(await scene.venue.submit(order(scene)), {
    kind: 'rejected',
    code: 'expired-request',
    venueCode: 'not-sent TRADING_LATE',
  });
  assert.equal(requests.slice(before).filter(({ path }) => path === 'order').length, 0);
});

test('orders count as trading in the budget, by the weights of their endpoints', async t => {
  const taken: { use: string; cost: number }[] = [];
  const scene = await loopbackVenue(t, {
    parts: {
      budget: {
        take: async ({ use, cost }) => {
          taken.push({ use, cost });
          return 0;
        },
        block: async () => {},
        close: async () => {},
      },
    },
  });
  await scene.venue.submit(order(scene));
  assert.ok(taken.every(({ use, cost }) => use === 'trading' && cost > 0));
});

test('an exchange that is down is said to be, and nothing is taken for flat', async t => {
  const scene = await loopbackVenue(t);
  await scene.venue.market(SYMBOL);
  accepted(await scene.venue.submit(order(scene, { type: 'limit', price: '90' })));
  scene.exchange.maintenance = true;
  for (const ask of [
    () => scene.venue.openOrders(SYMBOL),
    () => scene.venue.balances(),
    () => scene.venue.fills(SYMBOL, 0),
  ])
    await assert.rejects(ask, { code: 'VENUE_MAINTENANCE' });
  await scene.exchange.close();
  await assert.rejects(scene.venue.openOrders(SYMBOL), { code: 'VENUE_UNREACHABLE' });
  const outcome = await scene.venue.submit(order(scene));
  assert.deepEqual(
    [outcome.kind, outcome.kind === 'unknown' && outcome.code],
    ['unknown', 'VENUE_UNREACHABLE'],
  );
});

test('a spot account has no positions and no settings of swaps', async t => {
  const { venue } = await loopbackVenue(t);
  assert.deepEqual([await venue.positions(), await venue.swapSettings(SYMBOL)], [[], null]);
});

test('an order that is filled in parts over bars tells each of them once', async t => {
  const scene = await loopbackVenue(t, { account: { matching: { makerShare: 0.1 } } });
  const since = scene.clock.now();
  const sent = order(scene, { type: 'limit', price: '99', quantity: '0.5' });
  accepted(await scene.venue.submit(sent));
  await scene.bar([100, 100, 98, 98.5, 1]);
  await scene.bar([98.5, 98.5, 98, 98.5, 1]);
  const found = await scene.venue.lookUp(referenceTo(sent));
  const fills = await scene.venue.fills(SYMBOL, since);
  assert.ok(fills.length > 1);
  assert.equal(new Set(fills.map(({ tradeId }) => tradeId)).size, fills.length);
  const truth = scene.exchange.inspect().trades;
  assert.deepEqual(
    fills.map(({ quantity }) => Number(quantity)),
    truth.map(({ quantity }) => Number(quantity)),
  );
  assert.ok(found && Number(found.filled) > 0);
  assert.deepEqual(
    fills.map(({ fees }) => fees.map(({ currency }) => currency)),
    fills.map(() => ['BTC']),
  );
});

test('a code of the card is no rejection where the answer comes from the door, save limits of orders', async t => {
  const answers = [
    [503, '{"code":-2010,"msg":"Account has insufficient balance for requested action."}', 'unknown'],
    [500, '{"code":-1013,"msg":"Filter failure: LOT_SIZE"}', 'unknown'],
    [429, '{"code":-1013,"msg":"Filter failure: LOT_SIZE"}', 'unknown'],
    [429, '{"code":-1015,"msg":"Too many new orders."}', 'rejected'],
    [400, '{"code":-1013,"msg":"Filter failure: LOT_SIZE"}', 'rejected'],
    [400, '{"code":-1007,"msg":"Timeout waiting for response from backend server."}', 'unknown'],
  ] as const;
  for (const [status, body, kind] of answers) {
    const scene = await loopbackVenue(t);
    scene.exchange.script({ path: 'order', method: 'POST', fault: { kind: 'status', status, body } });
    assert.equal((await scene.venue.submit(order(scene))).kind, kind, `${status} ${body}`);
  }
});
