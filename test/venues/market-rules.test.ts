import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marketSchema } from '../../contracts/market.ts';
import type { CcxtMarket } from '../../venues/exchange-module.ts';
import { marketRules } from '../../venues/market-rules.ts';
import { loopback, market, venueAt, walk } from '../support/loopback.ts';

const DECIMAL_PLACES = 2;
const SIGNIFICANT_DIGITS = 3;
const TICK_SIZE = 4;

function rules(precisionMode: number, precision: CcxtMarket['precision'], id = 'some', limits = {}) {
  const listed = {
    id: 'BTCUSD',
    symbol: 'BTC/USD',
    base: 'BTC',
    quote: 'USD',
    spot: true,
    precision,
    limits,
  };
  return marketSchema.parse(marketRules({ id, precisionMode }, 'some', 'spot', listed, 1));
}

test('steps are exact decimals, never with an exponent', () => {
  const { tick, lot, minQuantity, maxQuantity, minNotional } = rules(
    TICK_SIZE,
    { price: 1e-8, amount: 0.1 },
    'some',
    { amount: { min: 1.5e-7, max: 1.5e21 }, cost: { min: 0 } },
  );
  assert.deepEqual(
    { tick, lot, minQuantity, maxQuantity, minNotional },
    {
      tick: '0.00000001',
      lot: '0.1',
      minQuantity: '0.00000015',
      maxQuantity: '1500000000000000000000',
      minNotional: null,
    },
  );
});

test('a number of decimals becomes the step it means', () => {
  assert.equal(rules(DECIMAL_PLACES, { price: 2, amount: 8 }).tick, '0.01');
  assert.equal(rules(DECIMAL_PLACES, { price: 2, amount: 8 }).lot, '0.00000001');
  assert.equal(rules(DECIMAL_PLACES, { price: 0, amount: -2 }).tick, '1');
  assert.equal(rules(DECIMAL_PLACES, { price: 0, amount: -2 }).lot, '100');
});

test('significant digits are no constant step', () => {
  const { tick, lot } = rules(SIGNIFICANT_DIGITS, { price: 5, amount: 8 });
  assert.deepEqual({ tick, lot }, { tick: null, lot: null });
});

test('Bitfinex has significant digits in prices and decimals in quantities', () => {
  const { tick, lot } = rules(SIGNIFICANT_DIGITS, { price: 5, amount: 8 }, 'bitfinex');
  assert.deepEqual({ tick, lot }, { tick: null, lot: '0.00000001' });
});

test('what a venue does not state is null', () => {
  const { tick, lot, makerFee, contractSize } = rules(TICK_SIZE, {});
  assert.deepEqual(
    { tick, lot, makerFee, contractSize },
    { tick: null, lot: null, makerFee: null, contractSize: null },
  );
});

test('the largest order, and the largest at market, are stated apart', () => {
  const stated = (limits: object) => {
    const { maxQuantity, maxMarketQuantity } = rules(TICK_SIZE, {}, 'some', limits);
    return [maxQuantity, maxMarketQuantity];
  };
  assert.deepEqual(stated({ amount: { max: 9000 }, market: { min: 0, max: 63.1 } }), ['9000', '63.1']);
  assert.deepEqual(stated({ amount: { max: 9000 }, market: { max: 0 } }), ['9000', null]);
  assert.deepEqual(stated({}), [null, null]);
});

test('a market that was stored before its largest order at market was asked for is read still', () => {
  const { maxMarketQuantity: _, ...stored } = rules(TICK_SIZE, {});
  assert.deepEqual(marketSchema.parse(stored), stored);
});

test('the rules of a served market arrive as they were written', async t => {
  const start = Date.UTC(2024, 0, 1);
  const written = {
    tick: '0.0001',
    lot: '0.1',
    maxQuantity: '500',
    maxMarketQuantity: '63.1',
    minNotional: '20',
  };
  const served = market(walk(3, '1h', start), { base: 'LINK', kind: 'swap', ...written });
  const exchange = await loopback(t, { markets: [served], now: () => start });
  const found = marketSchema.parse(await (await venueAt(t, exchange, { kind: 'swap' })).market('LINKUSDT'));
  const { tick, lot, maxQuantity, maxMarketQuantity, minNotional } = found;
  assert.deepEqual({ tick, lot, maxQuantity, maxMarketQuantity, minNotional }, written);
  assert.deepEqual(
    [found.venue, found.kind, found.settle, found.contractSize, found.venueSymbol],
    ['binance-usdm', 'swap', 'USDT', '1', 'LINKUSDT'],
  );
});
