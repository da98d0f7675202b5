import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CcxtExchange, type CcxtMarket, loadExchange } from '../../venues/exchange-module.ts';
import { resolveSymbol } from '../../venues/symbols.ts';
import { loopback, market, venueAt, walk } from '../support/loopback.ts';

const START = Date.UTC(2024, 0, 1);
const BARS = walk(5, '1h', START);

function listed(base: string, quote: string, settle: string | null = null): CcxtMarket {
  const symbol = settle === null ? `${base}/${quote}` : `${base}/${quote}:${settle}`;
  return {
    id: `${base}${quote}`,
    symbol,
    base,
    quote,
    settle,
    spot: settle === null,
    swap: settle !== null,
    precision: {},
    limits: {},
  };
}

const MARKETS = [
  listed('BTC', 'USDT'),
  listed('BTC', 'USDT', 'USDT'),
  listed('LINK', 'USDT', 'USDT'),
  listed('BTC', 'USD', 'BTC'),
  listed('BTC', 'USD', 'USDC'),
  listed('BTC', 'BUSD'),
  listed('BTCB', 'USD'),
];
const resolve = (kind: 'spot' | 'swap', text: string) => resolveSymbol('venue', MARKETS, kind, text).symbol;

test('ccxt’s own look-up takes the perpetual for the spot market, ours does not', async () => {
  const exchange = (await loadExchange('binance', 'binance', {})) as CcxtExchange & {
    setMarkets(markets: readonly CcxtMarket[]): void;
    market(id: string): CcxtMarket;
  };
  exchange.setMarkets(MARKETS);
  assert.equal(exchange.market('LINKUSDT').symbol, 'LINK/USDT:USDT');
  assert.throws(() => resolveSymbol('binance', Object.values(exchange.markets ?? {}), 'spot', 'LINKUSDT'), {
    code: 'SYMBOL_UNKNOWN',
  });
});

test('where the spot market is not listed, the perpetual of the same id is not taken for it', async t => {
  const markets = [market(BARS), market(BARS, { base: 'LINK', kind: 'swap' })];
  const exchange = await loopback(t, { markets, now: () => START });
  const spot = await venueAt(t, exchange);
  await assert.rejects(spot.market('LINKUSDT'), { code: 'SYMBOL_UNKNOWN' });
  const swap = await venueAt(t, exchange, { kind: 'swap' });
  assert.equal((await swap.market('LINKUSDT')).unifiedSymbol, 'LINK/USDT:USDT');
  assert.throws(() => resolve('spot', 'LINKUSDT'), {
    code: 'SYMBOL_UNKNOWN',
    message: /lists no spot market LINKUSDT \(it lists LINK\/USDT:USDT\); near are BTCUSDT/,
  });
});

test('kind decides between the spot market and the perpetual of one pair', () => {
  assert.equal(resolve('spot', 'BTCUSDT'), 'BTC/USDT');
  assert.equal(resolve('swap', 'BTCUSDT'), 'BTC/USDT:USDT');
});

test('several settlements are told, and one can be named', () => {
  assert.throws(() => resolve('swap', 'BTCUSD'), {
    code: 'SYMBOL_AMBIGUOUS',
    message: /BTC\/USD:BTC or BTC\/USD:USDC/,
  });
  assert.equal(resolve('swap', 'BTC/USD:BTC'), 'BTC/USD:BTC');
  assert.equal(resolve('swap', 'BTC/USD:USDC'), 'BTC/USD:USDC');
  assert.throws(() => resolve('swap', 'BTC/USD:EUR'), { code: 'SYMBOL_UNKNOWN' });
});

test('several cuts into base and quote are told, and one can be named', () => {
  assert.throws(() => resolve('spot', 'BTCBUSD'), {
    code: 'SYMBOL_AMBIGUOUS',
    message: /BTC\/BUSD or BTCB\/USD/,
  });
  assert.equal(resolve('spot', 'BTCB/USD'), 'BTCB/USD');
  assert.equal(resolve('spot', 'BTC-BUSD'), 'BTC/BUSD');
});

test('an unknown symbol is answered with the nearest', () => {
  assert.throws(() => resolve('spot', 'BTCUSDTT'), { code: 'SYMBOL_UNKNOWN', message: /near are BTCUSDT/ });
});

test('a malformed symbol is not looked for', () => {
  assert.throws(() => resolve('spot', 'btc usdt'), { code: 'SYMBOL_INVALID' });
});
