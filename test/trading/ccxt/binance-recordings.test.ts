import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { OrderReference } from '../../../trading/venue.ts';
import { binance } from '../../../venues/cards/binance.ts';
import { sharedData, withoutShared } from '../../support/shared.ts';
import { recordedVenue } from './recorded-venue.ts';
import { NOW } from './recordings/recording.ts';

// Answers of Binance's documents and of the venue itself, as others recorded them for their own tests.
const skip = { skip: withoutShared };
const OURS = '0123456789abcdef0123456789abcdef';

function recorded(path: string, method: string, index = 0): unknown {
  const text = readFileSync(join(sharedData, 'rest/binance-rest-recordings.json'), 'utf8');
  return JSON.parse(text).routes[path][method][index].data;
}

async function make() {
  return recordedVenue(binance, { apiKey: 'key', secret: 'secret' }, NOW, {
    'GET /api/v3/time': { json: { serverTime: NOW } },
    'GET /api/v3/exchangeInfo': { json: recorded('/api/v3/exchangeInfo', 'GET') },
  });
}

const reference = (symbol: string): OrderReference => ({
  symbol,
  clientOrderId: OURS,
  venueOrderId: null,
  type: 'limit',
  sentAt: NOW,
});

test('the rules of a market are read from the venue’s own list', skip, async () => {
  const market = await (await make()).venue.market('BTCUSDT');
  assert.equal(market.venueSymbol, 'BTCUSDT');
  for (const step of [market.tick, market.lot, market.minNotional]) assert.match(step ?? '', /^\d+(\.\d+)?$/);
});

test('orders are read, of other clients without an id of ours', skip, async () => {
  const { venue, answer } = await make();
  answer({ 'GET /api/v3/allOrders': { json: recorded('/api/v3/allOrders', 'GET') } });
  assert.deepEqual(await venue.recentOrders('LTCBTC', 0), [
    {
      venueOrderId: '1',
      clientOrderId: null,
      symbol: 'LTCBTC',
      side: 'buy',
      type: 'limit',
      status: 'open',
      quantity: '1',
      filled: '0',
      price: '0.1',
      stopPrice: null,
      time: 1_499_827_319_559,
    },
  ]);
});

test('open orders of another symbol than was asked for are an error', skip, async () => {
  const { venue, answer } = await make();
  answer({ 'GET /api/v3/openOrders': { json: recorded('/api/v3/openOrders', 'GET', 1) } });
  assert.equal((await venue.openOrders('LTCBTC')).length, 1);
  await assert.rejects(venue.openOrders('BTCUSDT'), { code: 'VENUE_ANSWER_INVALID' });
});

test('a look-up that is answered with somebody else’s order is an error', skip, async () => {
  const { venue, answer } = await make();
  answer({ 'GET /api/v3/order': { json: recorded('/api/v3/order', 'GET') } });
  await assert.rejects(venue.lookUp(reference('BTCUSDT')), { code: 'ORDER_MISMATCH' });
});

test('an order that is answered by null is unknown', skip, async () => {
  const { venue, answer } = await make();
  assert.equal(recorded('/api/v3/order', 'POST'), null);
  answer({ 'POST /api/v3/order': { json: null } });
  const outcome = await venue.submit({
    ...reference('LTCBTC'),
    side: 'buy',
    quantity: '1000000000',
    price: '1',
    stopPrice: null,
    reduceOnly: false,
    plan: null,
  });
  assert.deepEqual(
    [outcome.kind, outcome.kind === 'unknown' && outcome.code],
    ['unknown', 'VENUE_ANSWER_INVALID'],
  );
});

test('the answer to a cancel is read by the order’s id, not by the cancel’s own', skip, async () => {
  const { venue, answer } = await make();
  const canceled = recorded('/api/v3/order', 'DELETE') as { clientOrderId: string };
  answer({ 'DELETE /api/v3/order': { json: { ...canceled, origClientOrderId: OURS } } });
  assert.deepEqual(await venue.cancel(reference('LTCBTC')), { kind: 'canceled' });
  answer({ 'DELETE /api/v3/order': { json: { ...canceled, clientOrderId: OURS } } });
  assert.deepEqual(await venue.cancel(reference('LTCBTC')), { kind: 'unknown', code: 'ORDER_MISMATCH' });
});

test('a whole account is told, coin by coin', skip, async () => {
  const { venue, answer } = await make();
  const account = recorded('/api/v3/account', 'GET') as { balances: { asset: string }[] };
  answer({ 'GET /api/v3/account': { json: account } });
  const balances = await venue.balances();
  assert.deepEqual(
    balances.map(({ currency }) => currency),
    account.balances.map(({ asset }) => asset),
  );
  assert.ok(balances.every(({ free, locked }) => /^\d+(\.\d+)?$/.test(free) && /^\d+(\.\d+)?$/.test(locked)));
});

test('a quote is read from the day’s ticker', skip, async () => {
  const { venue, answer } = await make();
  answer({ 'GET /api/v3/ticker/24hr': { json: recorded('/api/v3/ticker/24hr', 'GET', 2) } });
  assert.deepEqual(await venue.quote('BTCUSDT'), {
    bid: '6705.88',
    ask: '6706.21',
    last: '6705.82',
    time: 1_586_991_278_494,
  });
});
