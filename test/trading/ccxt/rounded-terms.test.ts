import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { roundedTerms } from '../../../trading/ccxt/rounded-terms.ts';

const steps = fc.constantFrom('0.00000001', '0.00001', '0.01', '0.1', '0.5', '1', '10', '0.00000025');
const digits = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.integer({ min: 0, max: 8 }))
  .map(([whole, decimals]) => new Decimal(String(whole)).div(new Decimal(10).pow(decimals)).toFixed());
const sides = fc.constantFrom('buy' as const, 'sell' as const);

const terms = (side: 'buy' | 'sell', quantity: string, price: string) => ({
  side,
  type: 'limit' as const,
  quantity,
  price,
  stopPrice: price,
  reduceOnly: false,
});

test('what is on its steps stays as it is, digit by digit', () => {
  fc.assert(
    fc.property(sides, steps, fc.bigInt({ min: 1n, max: 10n ** 15n }), (side, step, count) => {
      const amount = new Decimal(step).times(String(count)).toFixed();
      const rounded = roundedTerms(terms(side, amount, amount), { tick: step, lot: step });
      assert.deepEqual([rounded.quantity, rounded.price, rounded.stopPrice], [amount, amount, amount]);
    }),
  );
});

test('quantities go down, limits never to the worse side, and each by less than a step', () => {
  fc.assert(
    fc.property(sides, digits, digits, steps, (side, quantity, price, step) => {
      const rounded = roundedTerms(terms(side, quantity, price), { tick: step, lot: step });
      const lost = new Decimal(quantity).minus(rounded.quantity);
      assert.ok(lost.gte(0) && lost.lt(step), `${quantity} ${rounded.quantity}`);
      const gained = new Decimal(price).minus(rounded.price ?? 0).times(side === 'buy' ? 1 : -1);
      assert.ok(gained.gte(0) && gained.lt(step), `${side} ${price} ${rounded.price}`);
      assert.ok(new Decimal(rounded.quantity).mod(step).isZero());
    }),
  );
});

test('a half is not rounded up: a buy pays no more than it said, a sell takes no less', () => {
  const market = { tick: '0.01', lot: '0.00001' };
  assert.equal(roundedTerms(terms('buy', '1', '100.005'), market).price, '100');
  assert.equal(roundedTerms(terms('sell', '1', '100.005'), market).price, '100.01');
  assert.equal(roundedTerms(terms('sell', '1', '100.001'), market).price, '100.01');
});

test('without steps amounts stay as they are', () => {
  const free = roundedTerms(terms('buy', '0.123456789', '1.000000001'), { tick: null, lot: null });
  assert.deepEqual([free.quantity, free.price], ['0.123456789', '1.000000001']);
});
