import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BacktestResult, BacktestSetup } from '../../../contracts/backtest.ts';
import type { Performance } from '../../../contracts/performance.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import { renderBacktestReport } from '../../../evaluation/report/backtest-report.ts';
import { backtest } from '../../../strategy/backtest.ts';
import { setupArbitrary } from '../../strategy/setups.ts';
import { near } from '../../support/near.ts';
import { played } from '../report/played.ts';

function forEveryBacktest(
  runs: number,
  check: (figures: Performance, result: BacktestResult, setup: BacktestSetup) => void,
): void {
  fc.assert(
    fc.property(setupArbitrary, setup => {
      const result = backtest(setup);
      check(measurePerformance(result, setup, { timeframe: '1h', draws: 20 }), result, setup);
    }),
    { numRuns: runs },
  );
}

test('whatever the policy, costs and market, no figure is NaN or infinite', () => {
  forEveryBacktest(300, figures => {
    JSON.stringify(figures, (key, value) => {
      if (typeof value === 'number') assert.ok(Number.isFinite(value), `${key} is ${value}`);
      return value;
    });
  });
});

test('trades, costs and the account tell the same', () => {
  forEveryBacktest(300, ({ trades, costs, bySide, bySymbol, byExitReason, initialCash, finalEquity }) => {
    const scale = initialCash + Math.abs(trades.grossPnl);
    const same = (a: number, b: number) => near(a / scale, b / scale, 1e-8);
    same(initialCash + trades.netPnl, finalEquity);
    same(trades.grossPnl - trades.netPnl, costs.total);
    for (const groups of [bySide, bySymbol, byExitReason])
      same(
        groups.reduce((sum, group) => sum + group.netPnl, 0),
        trades.netPnl,
      );
  });
});

test('exposure and placements keep within the range', () => {
  forEveryBacktest(300, ({ exposure, randomEntries }) => {
    assert.ok(exposure.share! >= 0 && exposure.share! <= 1);
    assert.ok(randomEntries === null || (randomEntries.percentile >= 0 && randomEntries.percentile <= 1));
  });
});

test('every backtest has a report without a number that is none', () => {
  forEveryBacktest(40, (_figures, result, setup) => {
    assert.doesNotMatch(renderBacktestReport(played(setup, result)), /NaN|Infinity|undefined/);
  });
});
