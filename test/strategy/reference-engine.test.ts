import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { drawnBacktests } from './reference-cases.ts';
import { referenceBacktest } from './reference-engine.ts';

describe('the reference itself', () => {
  test('keeps its books: what the trades earned is what the account gained, and all ends in cash', () => {
    fc.assert(
      fc.property(drawnBacktests, setup => {
        const { trades, cash, equity, grossExposure, initialCash } = referenceBacktest(setup);
        const last = cash.length - 1;
        if (last < 0) return;
        const earned = trades.reduce((sum, trade) => sum + trade.netPnl, initialCash);
        const scale = Math.max(initialCash, ...grossExposure);
        assert.ok(Math.abs(earned - cash[last]) <= 1e-9 * scale);
        assert.equal(equity[last], cash[last]);
        assert.ok(equity.every(value => Number.isFinite(value)));
      }),
      { numRuns: 300 },
    );
  });
});
