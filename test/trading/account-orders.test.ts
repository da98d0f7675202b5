import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { SymbolDecision } from '../../contracts/close-decision.ts';
import { type DecidedSymbol, ordersOf } from '../../trading/deciding/account-orders.ts';
import { market } from './ledger/fixtures.ts';

const EIGHT_DECIMALS = market('BTCUSDT', {
  tick: '0.00000001',
  lot: '0.00000001',
  minQuantity: null,
  minNotional: null,
});
const IN_DIGITS = /^\d+(\.\d{1,8})?$/;

function orders(close: number, quantity: number, price: number | null) {
  const decided = {
    account: 'main',
    timeframe: '1m',
    barTime: 0,
    close,
    market: EIGHT_DECIMALS,
    position: { side: 'LONG', quantity, leaving: false },
    validUntil: 1,
  } as unknown as DecidedSymbol;
  const order = price === null ? { kind: 'market' } : { kind: 'limit', price, validBars: 1 };
  const enter = { kind: 'enter', side: 'LONG', quantity, order, exits: {} };
  const decision = { symbol: 'BTCUSDT', intents: [{ kind: 'exit' }, enter] };
  return ordersOf(decision as unknown as SymbolDecision, decided);
}

test('at prices of a tenth of a millionth a decision is in digits, on its steps', () => {
  const [exit, entry] = orders(0.00000012, 83_333_333.33333333, 0.000000119);
  assert.deepEqual(
    [exit.terms.quantity, entry.terms.quantity, entry.terms.price, entry.decisionPrice],
    ['83333333.33333333', '83333333.33333333', '0.00000012', '0.00000012'],
  );
  assert.equal(entry.worstCaseNotional, '9.9999999999999996');
});

test('whatever is decided, no exponent reaches an order', () => {
  const prices = fc.double({ min: 1e-8, max: 1e6, noNaN: true });
  const quantities = fc.double({ min: 1e-8, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(prices, quantities, prices, (close, quantity, price) => {
      for (const { terms, decisionPrice, worstCaseNotional } of orders(close, quantity, price)) {
        for (const amount of [terms.quantity, terms.price ?? '0']) assert.match(amount, IN_DIGITS);
        for (const amount of [decisionPrice, worstCaseNotional ?? '0']) assert.match(amount, /^\d+(\.\d+)?$/);
      }
    }),
  );
});
