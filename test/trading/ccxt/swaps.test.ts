import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderReference, SubmittedOrder } from '../../../trading/venue.ts';
import { accepted, order as contractOrder, describeVenueContract, referenceTo } from '../venue-contract.ts';
import { recordedVenue } from './recorded-venue.ts';
import { algoRow, binanceUsdmRecording, orderRow } from './recordings/binance-usdm.ts';
import { NOW, type StandingOrder } from './recordings/recording.ts';
import { makeUsdmVenue } from './usdm-venue.ts';

describeVenueContract('ccxt by the card of Binance USD-M, on a small exchange', makeUsdmVenue);

const OURS = '0123456789abcdef0123456789abcdef';
const { card, credentials, basics, symbol, quote } = binanceUsdmRecording;
const make = () => recordedVenue(card, credentials, NOW, basics);

const STOP: StandingOrder = {
  venueOrderId: '70',
  venueClientId: OURS,
  side: 'sell',
  type: 'stop',
  status: 'open',
  quantity: '0.5',
  filled: '0',
  price: null,
  stopPrice: '50000',
};
const STOP_REFERENCE: OrderReference = {
  symbol,
  clientOrderId: OURS,
  venueOrderId: '70',
  type: 'stop',
  sentAt: NOW,
};

test('an exit is sent as reduce-only, an entry is not', async () => {
  for (const reduceOnly of [true, false]) {
    const { venue, sent, answer } = await make();
    answer(quote('1', '2', '1'));
    answer(binanceUsdmRecording.taken({ venueOrderId: '77', venueClientId: OURS, type: 'market' }));
    const order: SubmittedOrder = {
      clientOrderId: OURS,
      symbol,
      side: 'sell',
      type: 'market',
      quantity: '0.5',
      price: null,
      stopPrice: null,
      reduceOnly,
      sentAt: NOW,
      plan: null,
    };
    await venue.submit(order);
    assert.equal(sent('/fapi/v1/order')[0].parameters.reduceOnly, reduceOnly ? 'true' : undefined);
  }
});

test('how a symbol is set up is read back', async () => {
  const settings = [
    [false, 'ISOLATED', 3, { positionMode: 'one-way', marginMode: 'isolated', leverage: '3' }],
    [true, 'CROSSED', 20, { positionMode: 'hedge', marginMode: 'cross', leverage: '20' }],
  ] as const;
  for (const [dualSidePosition, marginType, leverage, expected] of settings) {
    const { venue, answer } = await make();
    answer({
      'GET /fapi/v1/positionSide/dual': { json: { dualSidePosition } },
      'GET /fapi/v1/symbolConfig': {
        json: [{ symbol, marginType, isAutoAddMargin: false, leverage, maxNotionalValue: '1000000' }],
      },
    });
    assert.deepEqual(await venue.swapSettings(symbol), expected);
  }
});

test('a setting that is not told is an error, never "as wished"', async () => {
  for (const [mode, config] of [
    [{}, [{ symbol, marginType: 'ISOLATED', leverage: 1 }]],
    [{ dualSidePosition: false }, []],
    [{ dualSidePosition: false }, [{ symbol, leverage: 1 }]],
  ]) {
    const { venue, answer } = await make();
    answer({
      'GET /fapi/v1/positionSide/dual': { json: mode },
      'GET /fapi/v1/symbolConfig': { json: config },
    });
    await assert.rejects(venue.swapSettings(symbol), { code: 'VENUE_ANSWER_INVALID' });
  }
});

test('positions are told by their sign; closed ones are none', async () => {
  const { venue, answer } = await make();
  const row = { positionSide: 'BOTH', markPrice: '60000', liquidationPrice: '0', updateTime: NOW };
  answer({
    'GET /fapi/v3/positionRisk': {
      json: [
        { ...row, symbol: 'BTCUSDT', positionAmt: '-0.50000000', entryPrice: '60000.10' },
        { ...row, symbol: 'ETHUSDT', positionAmt: '0.000', entryPrice: '0.0' },
      ],
    },
  });
  assert.deepEqual(await venue.positions(), [
    { symbol: 'BTCUSDT', quantity: '-0.5', entryPrice: '60000.1', leverage: null },
  ]);
  answer({ 'GET /fapi/v3/positionRisk': { json: {} } });
  await assert.rejects(venue.positions(), { code: 'VENUE_ANSWER_INVALID' });
});

test('a stop that rests is told by its own id, one that was triggered by that of its order', async () => {
  const { venue, answer } = await make();
  answer({ 'GET /fapi/v1/algoOrder': { json: algoRow(STOP) } });
  const resting = await venue.lookUp(STOP_REFERENCE);
  assert.deepEqual([resting?.venueOrderId, resting?.status, resting?.filled], ['70', 'open', '0']);
  const made = {
    ...STOP,
    venueOrderId: '91',
    venueClientId: 'made',
    type: 'market',
    status: 'filled',
    filled: '0.5',
  } as const;
  answer({
    'GET /fapi/v1/algoOrder': { json: algoRow(STOP, '91') },
    'GET /fapi/v1/order': { json: orderRow(made) },
  });
  const triggered = await venue.lookUp(STOP_REFERENCE);
  assert.deepEqual(
    [triggered?.venueOrderId, triggered?.clientOrderId, triggered?.status, triggered?.filled],
    ['91', OURS, 'filled', '0.5'],
  );
});

test('recent orders tell a stop and the order that it made as one', async () => {
  const { venue, answer } = await make();
  const made = {
    ...STOP,
    venueOrderId: '91',
    venueClientId: 'made',
    type: 'market',
    status: 'filled',
    filled: '0.5',
  } as const;
  answer({
    'GET /fapi/v1/allOrders': { json: [orderRow(made)] },
    'GET /fapi/v1/allAlgoOrders': { json: [algoRow(STOP, '91')] },
  });
  const recent = await venue.recentOrders(symbol, NOW - 1_000);
  assert.deepEqual(
    recent.map(({ venueOrderId, clientOrderId, type, status }) => [
      venueOrderId,
      clientOrderId,
      type,
      status,
    ]),
    [['91', OURS, 'stop', 'filled']],
  );
});

test('a fill of a forced order is told as a liquidation', async () => {
  const { venue, answer } = await make();
  answer(
    binanceUsdmRecording.fills([
      [
        {
          tradeId: '1',
          venueOrderId: '5',
          venueClientId: '',
          side: 'sell',
          price: '1',
          quantity: '1',
          fee: '0',
          isMaker: false,
          time: NOW,
        },
        {
          tradeId: '2',
          venueOrderId: '6',
          venueClientId: '',
          side: 'sell',
          price: '1',
          quantity: '1',
          fee: '0',
          isMaker: false,
          time: NOW,
        },
      ],
    ]),
  );
  answer({ 'GET /fapi/v1/forceOrders': { json: [{ orderId: 6, symbol, status: 'FILLED' }] } });
  const fills = await venue.fills(symbol, NOW - 1_000);
  assert.deepEqual(
    fills.map(({ tradeId, reason }) => [tradeId, reason]),
    [
      ['1', null],
      ['2', 'liquidation'],
    ],
  );
});

test('trades are asked for week by week until the first one', async () => {
  const { venue, sent, answer } = await make();
  answer(binanceUsdmRecording.fills([[]]));
  await venue.fills(symbol, NOW - 20 * 86_400_000);
  const windows = sent('/fapi/v1/userTrades').map(
    ({ parameters }) => Number(parameters.endTime) - Number(parameters.startTime),
  );
  assert.deepEqual(windows, [604_799_999, 604_799_999, 604_799_999]);
});

test('ids longer than a double come back digit by digit', async () => {
  const { venue, answer } = await make();
  const body = JSON.stringify(orderRow({ ...STOP, type: 'limit', price: '1', stopPrice: null })).replace(
    '"orderId":70',
    '"orderId":9007199254740993123',
  );
  answer({ 'GET /fapi/v1/order': { status: 200, body } });
  const found = await venue.lookUp({ ...STOP_REFERENCE, type: 'limit' });
  assert.equal(found?.venueOrderId, '9007199254740993123');
});

test('a reduce-only order never opens a position', async t => {
  const scene = await makeUsdmVenue(t);
  const outcome = await scene.venue.submit(contractOrder(scene, { side: 'sell', reduceOnly: true }));
  assert.deepEqual([outcome.kind, outcome.kind === 'rejected' && outcome.code], ['rejected', 'reduce-only']);
  assert.deepEqual(await scene.venue.positions(), []);
});

test('a stop closes the position, and its fills lead back to it', async t => {
  const scene = await makeUsdmVenue(t);
  const since = scene.clock.now();
  accepted(await scene.venue.submit(contractOrder(scene)));
  assert.deepEqual(
    (await scene.venue.positions()).map(({ quantity }) => quantity),
    ['0.5'],
  );
  const stop = contractOrder(scene, { side: 'sell', type: 'stop', stopPrice: '95', reduceOnly: true });
  const resting = accepted(await scene.venue.submit(stop));
  await scene.bar([100, 100, 94, 94]);
  const ended = await scene.venue.lookUp(referenceTo(stop, resting.venueOrderId));
  assert.deepEqual(
    [ended?.clientOrderId, ended?.status, ended?.filled],
    [stop.clientOrderId, 'filled', '0.5'],
  );
  assert.notEqual(ended?.venueOrderId, resting.venueOrderId);
  const [, exit] = await scene.venue.fills(symbol, since);
  assert.equal(exit.venueOrderId, ended?.venueOrderId);
  assert.deepEqual(await scene.venue.positions(), []);
  assert.deepEqual(await scene.venue.openOrders(symbol), []);
});

test('a venue that answers the same page again is not asked without end', async () => {
  const { venue, answer } = await make();
  const trade = {
    tradeId: '1',
    venueOrderId: '5',
    venueClientId: '',
    side: 'sell',
    price: '1',
    quantity: '1',
    fee: '0',
  } as const;
  const page = binanceUsdmRecording.fills([[{ ...trade, isMaker: false, time: NOW }]])[
    'GET /fapi/v1/userTrades'
  ];
  assert.ok(typeof page === 'function');
  const first = page({ method: 'GET', path: '', parameters: {} });
  answer({ 'GET /fapi/v1/userTrades': first, 'GET /fapi/v1/forceOrders': { json: [] } });
  await assert.rejects(venue.fills(symbol, NOW - 1_000), { code: 'VENUE_ANSWER_INVALID' });
});
