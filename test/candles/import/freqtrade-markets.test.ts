import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseConfigText } from '../../../candles/import/freqtrade/config-text.ts';
import { marketOf, parsePair } from '../../../candles/import/freqtrade/markets.ts';
import { choosePairs } from '../../../candles/import/freqtrade/pairs.ts';
import { proposeRecipe } from '../../../candles/import/freqtrade/recipe-draft.ts';
import { mapSettings } from '../../../candles/import/freqtrade/settings.ts';
import { parseRecipe } from '../../../contracts/recipe.ts';

const markets: [string, string, string][] = [
  ['binance', 'BTC/USDT', 'binance:BTCUSDT spot'],
  ['binance', 'BTC/USDT:USDT', 'binance-usdm:BTCUSDT swap'],
  ['binance', 'BTC/USD:BTC', 'binance-coinm:BTCUSD swap'],
  ['okx', 'ETH/USDT:USDT', 'okx-swap:ETHUSDT swap'],
  ['okex', 'ETH/USDT', 'okx:ETHUSDT spot'],
  ['kraken', 'XRP/EUR', 'kraken:XRPEUR spot'],
  ['krakenfutures', 'BTC/USD:USD', 'krakenfutures:BTCUSD swap'],
  ['coinbasepro', 'BTC/USD', 'coinbase:BTCUSD spot'],
  ['anewexchange', '1000SHIB/USDT', 'anewexchange:1000SHIBUSDT spot'],
  ['anewexchange', 'BTC/USDT:USDT', 'anewexchange-swap:BTCUSDT swap'],
  ['constructor', 'BTC/USDT', 'constructor:BTCUSDT spot'],
];
for (const [exchange, pair, expected] of markets) {
  test(`freqtrade’s ${pair} at ${exchange} is ${expected}`, () => {
    const { venue, symbol, kind } = marketOf(exchange, parsePair(pair)!);
    assert.equal(`${venue}:${symbol} ${kind}`, expected);
  });
}

test('what is no pair is none', () => {
  for (const text of [
    'BTCUSDT',
    'btc/usdt',
    'BTC/USDT:',
    '/USDT',
    'BTC/USDT/../x',
    'BTC/USDT:USDT-240329',
    '',
  ])
    assert.equal(parsePair(text), null, text);
});

test('a futures configuration chooses swaps, and its recipe is for swaps', () => {
  const settings = {
    trading_mode: 'futures',
    exchange: { name: 'binance', pair_whitelist: ['.*/USDT:USDT'], pair_blacklist: ['BNB/.*'] },
  };
  const known = ['BTC/USDT', 'BTC/USDT:USDT', 'BNB/USDT:USDT', 'ETH/USDT:USDT'];
  assert.deepEqual(choosePairs(settings, 'binance', known).symbols, [
    'binance-usdm:BTCUSDT',
    'binance-usdm:ETHUSDT',
  ]);
  const recipe = parseRecipe(proposeRecipe(mapSettings(settings).draft, ''), 'test');
  assert.deepEqual(recipe.markets, ['swap']);
});

test('a pattern that would take for ever fits nothing, at once', () => {
  const evil = ['(A+)+/X', '(.*)*(.*)*(.*)*X', `${'.*'.repeat(20)}X`, '(A|A)*$', 'A{1,9999}'];
  const started = performance.now();
  const settings = { exchange: { pair_whitelist: evil, pair_blacklist: evil } };
  assert.deepEqual(choosePairs(settings, 'binance', [`${'A'.repeat(20)}/${'A'.repeat(20)}`]).symbols, []);
  assert.ok(performance.now() - started < 200);
});

const configs: [string, string, unknown][] = [
  ['comments to the line’s end', '{ // one\n"a": 1 } // two', { a: 1 }],
  ['comments over lines', '/* x\n */{"a"/**/:/* "b": */1}', { a: 1 }],
  ['trailing commas', '{"a": [1, 2, ], "b": {"c": 1,\n},}', { a: [1, 2], b: { c: 1 } }],
  ['a comment between comma and bracket', '[1, // last\n]', [1]],
  ['marks of comments within texts', '{"a": "http://x/*y*/,]"}', { a: 'http://x/*y*/,]' }],
  ['escaped quotes', '{"a\\"//": "\\\\"}', { 'a"//': '\\' }],
];
for (const [name, text, expected] of configs) {
  test(`a configuration with ${name} reads as freqtrade reads it`, () => {
    assert.deepEqual(parseConfigText(text), expected);
  });
}

for (const text of ['{,}', '[,]', '[1,,2]', '{"a" 1}', '{"a": 1', '"', '/* ', '{"a": 1} x', '[1 2]']) {
  test(`a configuration of ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseConfigText(text), SyntaxError);
  });
}

test('a proposed recipe is YAML that reads back as it is', () => {
  const document = proposeRecipe({ params: {} }, 'a: description # of its own');
  assert.equal(parse(JSON.stringify(document)).description, 'a: description # of its own');
  assert.equal(parseRecipe(document, 'test').name, 'freqtrade');
});
