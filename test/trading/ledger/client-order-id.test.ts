import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { TIMEFRAMES } from '../../../contracts/series.ts';
import { ORDER_LEGS, type OrderKey } from '../../../contracts/trading.ts';
import { clientOrderId } from '../../../trading/ledger/client-order-id.ts';

const LEDGER = '0b9d1a52-6f0e-4f7c-9a41-3f6f6f1b2c3d';
const KEY: OrderKey = {
  account: 'main',
  symbol: 'BTCUSDT',
  timeframe: '15m',
  barTime: 1_700_000_100_000,
  leg: 'entry',
  attempt: 1,
};

test('an id is the first 128 bits of SHA-256 over the parts of its key', () => {
  const text = `["${LEDGER}","main","BTCUSDT","15m",1700000100000,"entry",1]`;
  const hash = createHash('sha256').update(text).digest('hex');
  assert.equal(clientOrderId(LEDGER, KEY), hash.slice(0, 32));
});

// Orders in ledgers and at venues carry these for good: a change of the encoding must not go unseen.
const VECTORS: readonly (readonly [Partial<OrderKey>, string])[] = [
  [{}, '846b225b3b7e3c2420a4426a1cfb4cd2'],
  [{ leg: 'exit' }, 'd362484ec15a4e5838310614a23bbe77'],
  [{ leg: 'exit', attempt: 2 }, '389ba824c2bf1b40cd674d2047308b15'],
  [{ account: 'paper "x", é', leg: 'target3' }, 'a27929f29c0b4baacaf0fffd8115c71d'],
];

for (const [changes, id] of VECTORS) {
  test(`the id of ${JSON.stringify(changes)} stays ${id}`, () => {
    assert.equal(clientOrderId(LEDGER, { ...KEY, ...changes }), id);
  });
}

/** Texts in which separators, quotes and digits of the other parts could be hidden. */
const tricky = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('"', ',', '[', ']', '\\', '/', ':', '\u0000', '1', 'm', 'entry', ' ') }),
);
const keys = fc.record({
  ledger: tricky,
  account: tricky,
  symbol: tricky,
  timeframe: fc.constantFrom(...TIMEFRAMES),
  barTime: fc.nat(),
  leg: fc.constantFrom(...ORDER_LEGS),
  attempt: fc.integer({ min: 1, max: 99 }),
});

test('two keys have one id only where they are one key, whatever separators they hide', () => {
  fc.assert(
    fc.property(keys, keys, (left, right) => {
      const isSame = clientOrderId(left.ledger, left) === clientOrderId(right.ledger, right);
      assert.equal(
        isSame,
        Object.keys(left).every(name => left[name as 'ledger'] === right[name as 'ledger']),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('moving a boundary between two parts makes another id', () => {
  fc.assert(
    fc.property(tricky, tricky, fc.nat(10), (account, symbol, cut) => {
      const joined = account + symbol;
      const at = Math.min(cut, joined.length);
      const moved = { account: joined.slice(0, at), symbol: joined.slice(at) };
      fc.pre(moved.account !== account);
      assert.notEqual(
        clientOrderId(LEDGER, { ...KEY, account, symbol }),
        clientOrderId(LEDGER, { ...KEY, ...moved }),
      );
    }),
    { numRuns: 2_000 },
  );
});
