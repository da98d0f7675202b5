import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Performance } from '../../../contracts/performance.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import { near } from '../../support/near.ts';
import { accountOf, barsOf, type Held, marketOf, setupOf } from './account.ts';

const REASONS = ['stop', 'target', 'time', 'end'] as const;

/** Prices that move by up to a fifth a bar, and positions one after the other. */
const market = fc
  .array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 2, maxLength: 120 })
  .chain(moves =>
    fc.record({
      closes: fc.constant(moves.map(closeAfter())),
      cuts: fc.uniqueArray(fc.integer({ min: 1, max: moves.length - 1 }), { maxLength: 20 }),
      sides: fc.array(fc.constantFrom('LONG' as const, 'SHORT' as const), { minLength: 10, maxLength: 10 }),
      fee: fc.constantFrom(0, 0.001, 0.02),
    }),
  );

function closeAfter(): (move: number) => number {
  let price = 100;
  return move => (price *= 1 + move);
}

function positionsOf(cuts: readonly number[], sides: readonly ('LONG' | 'SHORT')[]): Held[] {
  const sorted = cuts.toSorted((a, b) => a - b);
  return sorted.flatMap((from, i) =>
    i % 2 === 1 || i + 1 >= sorted.length
      ? []
      : [{ from, to: sorted[i + 1] - 1, side: sides[i / 2], exitReason: REASONS[i % 4] }],
  );
}

function forEveryAccount(
  check: (figures: Performance, account: ReturnType<typeof accountOf>, positions: readonly Held[]) => void,
): void {
  fc.assert(
    fc.property(market, ({ closes, cuts, sides, fee }) => {
      const setup = setupOf([marketOf(barsOf(closes))]);
      const positions = positionsOf(cuts, sides);
      const account = accountOf(setup, positions, fee);
      check(measurePerformance(account, setup, { timeframe: '1h', draws: 20 }), account, positions);
    }),
  );
}

test('no figure of any account is NaN or infinite', () => {
  forEveryAccount(figures => {
    JSON.stringify(figures, (key, value) => {
      if (typeof value === 'number') assert.ok(Number.isFinite(value), `${key} is ${value}`);
      return value;
    });
  });
});

test('months compound to the total return, and their trades are all trades', () => {
  forEveryAccount(({ months, account, trades }) => {
    const growth = months.reduce((product, month) => product * (1 + (month.return ?? 0)), 1);
    near(growth - 1, account.totalReturn, 1e-9);
    assert.equal(
      months.reduce((sum, month) => sum + month.trades, 0),
      trades.trades,
    );
  });
});

test('the drawdown is the deepest of all pairs of bars', () => {
  forEveryAccount(({ drawdown }, { equity, initialCash }) => {
    let deepest = 0;
    for (let low = 0; low < equity.length; low++) {
      for (let peak = -1; peak < low; peak++)
        deepest = Math.max(deepest, 1 - equity[low] / (peak < 0 ? initialCash : equity[peak]));
    }
    near(drawdown.depth, deepest);
  });
});

test('exposure is the share of bars in which a position is marked', () => {
  forEveryAccount(({ exposure, bars }, _account, positions) => {
    const held = positions.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    near(exposure.share, held / bars);
  });
});

test('what the trades made is what the account made, and what costs took', () => {
  forEveryAccount(({ trades, costs, finalEquity, initialCash }, { equity }) => {
    near(trades.grossPnl - costs.total, trades.netPnl, 1e-9);
    // Nobody pays more than there is.
    if (equity.every(value => value > 0)) near(initialCash + trades.netPnl, finalEquity, 1e-9);
  });
});

test('quantiles of draws stand in order, and probabilities between 0 and 1', () => {
  forEveryAccount(({ randomEntries, monteCarlo: { tradeOrder, resampledReturns } }) => {
    for (const drawn of [randomEntries?.totalReturn, tradeOrder?.drawdown, resampledReturns?.totalReturn]) {
      if (drawn === undefined) continue;
      const { p05, p25, p50, p75, p95, histogram, draws } = drawn;
      assert.ok(p05 <= p25 && p25 <= p50 && p50 <= p75 && p75 <= p95);
      assert.equal(
        histogram.counts.reduce((sum, count) => sum + count, 0),
        draws,
      );
    }
    for (const share of [
      randomEntries?.percentile,
      randomEntries?.pValue,
      tradeOrder?.shareDeeper,
      resampledReturns?.probabilityOfLoss,
    ])
      assert.ok(share === undefined || (share >= 0 && share <= 1));
  });
});
