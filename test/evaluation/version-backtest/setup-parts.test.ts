import assert from 'node:assert/strict';
import test from 'node:test';
import { type CostSpec, costsSchema } from '../../../contracts/costs.ts';
import type { Market } from '../../../contracts/market.ts';
import { agreedCosts } from '../../../evaluation/version-backtest/agreed-costs.ts';
import { purseCurrency, tradingRulesOf } from '../../../evaluation/version-backtest/trading-rules.ts';

const DEFAULTS = costsSchema.parse({});

function stated(changes: Partial<Market> = {}): Market {
  return {
    venue: 'binance',
    symbol: 'BTCUSDT',
    kind: 'spot',
    base: 'BTC',
    quote: 'USDT',
    settle: null,
    venueSymbol: 'BTCUSDT',
    unifiedSymbol: 'BTC/USDT',
    active: true,
    tick: '0.01',
    lot: '0.00001',
    minQuantity: '0.00001',
    maxQuantity: null,
    minNotional: '5',
    contractSize: null,
    makerFee: 0.001,
    takerFee: 0.001,
    fetchedTime: 1,
    ...changes,
  };
}

test('costs are the recipes’, and those of the command line win one by one', () => {
  const recipe = { ...DEFAULTS, feeBps: 7, makerFeeBps: 2 };
  assert.deepEqual(agreedCosts([recipe, recipe], {}), recipe);
  assert.deepEqual(agreedCosts([recipe], { feeBps: 0, impactBps: 30 }), {
    ...recipe,
    feeBps: 0,
    impactBps: 30,
  });
});

test('recipes that differ in a cost are refused until it is named', () => {
  const recipes = [DEFAULTS, { ...DEFAULTS, makerFeeBps: 2 }];
  assert.throws(() => agreedCosts(recipes, { feeBps: 3 }), {
    code: 'BACKTEST_INVALID',
    message: /differ in costs\.makerFeeBps \(none, 2\)/,
  });
  assert.deepEqual(agreedCosts(recipes, { makerFeeBps: 1 }), { ...DEFAULTS, makerFeeBps: 1 });
});

test('costs that make no sense are refused by name', () => {
  const refused: [Partial<CostSpec>, RegExp][] = [
    [{ feeBps: 20_000 }, /feeBps: .*20000/],
    [{ feeBps: -1 }, /feeBps/],
    [{ slippageBps: Number.NaN }, /slippageBps/],
    [{ impactBps: Number.POSITIVE_INFINITY }, /impactBps/],
    [{ fundingBpsPer8h: 1e6 }, /fundingBpsPer8h/],
  ];
  for (const [asked, message] of refused)
    assert.throws(() => agreedCosts([DEFAULTS], asked), { code: 'BACKTEST_INVALID', message });
});

test('a market’s rules become numbers in base and quote, contracts what they hold', () => {
  assert.deepEqual(tradingRulesOf(stated()), {
    tick: 0.01,
    lot: 0.00001,
    minQuantity: 0.00001,
    minNotional: 5,
  });
  const swap = stated({
    kind: 'swap',
    settle: 'USDT',
    lot: '1',
    minQuantity: '1',
    contractSize: '0.01',
    minNotional: null,
    tick: null,
  });
  assert.deepEqual(tradingRulesOf(swap), { tick: null, lot: 0.01, minQuantity: 0.01, minNotional: null });
  assert.throws(() => tradingRulesOf(stated({ kind: 'swap', settle: 'BTC', quote: 'USD' })), {
    code: 'BACKTEST_INVALID',
    message: /settled in BTC, not in its quote currency USD/,
  });
});

test('one purse has one currency', () => {
  assert.equal(purseCurrency([null, stated(), null]), 'USDT');
  assert.equal(purseCurrency([null]), null);
  assert.throws(() => purseCurrency([stated(), stated({ symbol: 'BTCEUR', quote: 'EUR' })]), {
    code: 'BACKTEST_INVALID',
    message: /USDT and EUR: BTCUSDT in USDT, BTCEUR in EUR/,
  });
});
