import assert from 'node:assert/strict';
import test from 'node:test';
import type { Trade } from '../../../contracts/backtest.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import { tradeFigures } from '../../../evaluation/performance/trade-figures.ts';
import vectorbt from '../../golden/performance.json' with { type: 'json' };
import { near } from '../../support/near.ts';
import { accountOf, barsOf, marketOf, setupOf } from './account.ts';

const TOLERANCE = 1e-10;
const setup = setupOf([marketOf(barsOf([100, 100, 110, 99, 99, 110, 104.5, 104.5]))]);
const options = { timeframe: '1h', draws: 10 } as const;

test('hit rate, profit factor, expectancy and the like of 51 trades equal vectorbt’s', () => {
  const { trades: reference } = vectorbt;
  const trades = reference.pnl.map((netPnl, i) => ({
    ...accountOf(setup, [{ from: 1, to: 2 }]).trades[0],
    netPnl,
    netReturn: reference.return[i],
    barsHeld: reference.exit_idx[i] - reference.entry_idx[i],
  }));
  const figures = tradeFigures(trades);
  assert.equal(figures.trades, 51);
  near(figures.hitRate, reference.win_rate, TOLERANCE);
  near(figures.profitFactor, reference.profit_factor, TOLERANCE);
  near(figures.expectancy, reference.expectancy, TOLERANCE);
  near(figures.best, reference.best, TOLERANCE);
  near(figures.worst, reference.worst, TOLERANCE);
  near(figures.meanWin, reference.mean_win, TOLERANCE);
  near(figures.meanLoss, reference.mean_loss, TOLERANCE);
  near(figures.meanBarsHeld, reference.mean_duration, TOLERANCE);
  assert.equal(figures.longestLosingRun, reference.losing_streak);
});

test('without losses there is no profit factor; with losses alone it is 0', () => {
  const won = tradeFigures(accountOf(setup, [{ from: 1, to: 2 }]).trades);
  assert.equal(won.profitFactor, null);
  assert.equal(won.meanLoss, null);
  const lost = tradeFigures(accountOf(setup, [{ from: 3, to: 3 }]).trades);
  assert.equal(lost.profitFactor, 0);
  assert.equal(lost.hitRate, 0);
  assert.equal(lost.meanWin, null);
});

test('trades are grouped by side, symbol and exit reason, and the groups add up', () => {
  const positions = [
    { from: 1, to: 2, exitReason: 'target' },
    { from: 3, to: 3, side: 'SHORT', exitReason: 'stop' },
    { from: 5, to: 6, exitReason: 'target' },
  ] as const;
  const { bySide, bySymbol, byExitReason, trades } = measurePerformance(
    accountOf(setup, positions, 0.001),
    setup,
    options,
  );
  const counts = (groups: readonly { key: string; trades: number }[]) =>
    groups.map(({ key, trades }) => [key, trades]);
  assert.deepEqual(counts(bySide), [
    ['LONG', 2],
    ['SHORT', 1],
  ]);
  assert.deepEqual(counts(bySymbol), [['BTCUSD', 3]]);
  assert.deepEqual(counts(byExitReason), [
    ['target', 2],
    ['stop', 1],
  ]);
  for (const groups of [bySide, bySymbol, byExitReason]) {
    near(
      groups.reduce((sum, { netPnl }) => sum + netPnl, 0),
      trades.netPnl,
    );
    near(
      groups.reduce((sum, { costs }) => sum + costs.fees, 0),
      trades.costs.fees,
    );
  }
});

test('one trade has figures, and no order to shuffle', () => {
  const { trades, monteCarlo } = measurePerformance(accountOf(setup, [{ from: 1, to: 2 }]), setup, options);
  assert.equal(trades.trades, 1);
  near(trades.medianNetReturn, 0.1);
  assert.equal(monteCarlo.tradeOrder, null);
});

test('a run of losses follows the exits, in whatever order the trades come', () => {
  const positions = [
    { from: 1, to: 1, side: 'SHORT' },
    { from: 2, to: 2, side: 'SHORT' },
    { from: 3, to: 3 },
    { from: 5, to: 5 },
  ] as const;
  const result = accountOf(setup, positions);
  const shuffled: readonly Trade[] = [3, 0, 2, 1].map(i => result.trades[i]);
  const { trades } = measurePerformance({ ...result, trades: shuffled }, setup, options);
  assert.equal(trades.longestLosingRun, 3);
});
