import assert from 'node:assert/strict';
import test from 'node:test';
import { costsSchema } from '../../../contracts/costs.ts';
import type { Decide } from '../../../contracts/intents.ts';
import { summarizeBacktest } from '../../../evaluation/backtest-summary.ts';
import { buyAndHoldEquity } from '../../../evaluation/performance/buy-and-hold.ts';
import { drawdownOf } from '../../../evaluation/performance/drawdown.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import { monthFigures } from '../../../evaluation/performance/months.ts';
import { accountFigures, returnsOf } from '../../../evaluation/performance/return-figures.ts';
import { sortinoRatio } from '../../../statistics/downside.ts';
import { backtest } from '../../../strategy/backtest.ts';
import vectorbt from '../../golden/performance.json' with { type: 'json' };
import oracle from '../../golden/sharpe.json' with { type: 'json' };
import { golden, type PackedArray, unpackFloat64 } from '../../support/golden.ts';
import { near } from '../../support/near.ts';
import { accountOf, barsOf, FREE, HOUR, marketOf, setupOf } from './account.ts';

const TOLERANCE = 1e-10;
const bars = golden<Record<'openTime' | 'open' | 'close', PackedArray>>('candles.json');
/** An account that holds bitcoin through 3,000 hours. */
const holding = {
  time: unpackFloat64(bars.openTime),
  equity: unpackFloat64(bars.close),
  initial: unpackFloat64(bars.open)[0],
  timeframe: '1h',
} as const;
const fall = drawdownOf(holding.equity, holding.initial, holding.time);

/** Equity after these returns per hour, from 1. */
function compounded(returns: readonly number[]) {
  let value = 1;
  const equity = Float64Array.from(returns, gained => (value *= 1 + gained));
  return { time: equity.map((_, bar) => bar * HOUR), equity, initial: 1, timeframe: '1h' } as const;
}

test('Sharpe, Sortino, skewness, kurtosis and drawdown of returns equal the reference', () => {
  const curve = compounded(oracle.returns);
  const { depth } = drawdownOf(curve.equity, 1, curve.time);
  const figures = accountFigures(curve, returnsOf(curve), depth);
  near(figures.sharpePerBar, oracle.sharpe_per_period_ddof1, TOLERANCE);
  near(figures.sortinoPerBar, oracle.sortino_per_period, TOLERANCE);
  near(sortinoRatio(oracle.returns), oracle.sortino_per_period, TOLERANCE);
  near(figures.skewness, oracle.skew_population, TOLERANCE);
  near(figures.kurtosis, oracle.kurtosis_population_not_excess, TOLERANCE);
  near(figures.probabilisticSharpe, oracle.probabilistic_sharpe_vs_0, TOLERANCE);
  near(figures.maxDrawdown, -oracle.max_drawdown_compounded, TOLERANCE);
});

test('annual figures of 3,000 hours equal vectorbt’s', () => {
  const figures = accountFigures(holding, returnsOf(holding), fall.depth);
  near(figures.totalReturn, vectorbt.total_return, TOLERANCE);
  near(figures.cagr, vectorbt.annualized_return, TOLERANCE);
  near(figures.volatility, vectorbt.annualized_volatility, TOLERANCE);
  near(figures.sharpe, vectorbt.sharpe, TOLERANCE);
  near(figures.sortino, vectorbt.sortino, TOLERANCE);
  near(figures.calmar, vectorbt.calmar, TOLERANCE);
  near(figures.maxDrawdown, -vectorbt.max_drawdown, TOLERANCE);
});

test('the deepest fall and the longest time under a peak equal vectorbt’s', () => {
  const { deepest } = vectorbt;
  assert.equal(fall.peakTime, holding.time[deepest.peak_idx]);
  assert.equal(fall.lowTime, holding.time[deepest.valley_idx]);
  assert.equal(fall.recoveredTime, holding.time[deepest.end_idx]);
  assert.equal(fall.bars, deepest.end_idx - deepest.peak_idx);
  assert.equal(fall.longestBars, vectorbt.longest_bars);
});

test('returns per calendar month equal pandas’', () => {
  const months = monthFigures(holding, []);
  assert.deepEqual(
    months.map(({ month }) => month),
    Object.keys(vectorbt.months),
  );
  for (const [i, expected] of Object.values(vectorbt.months).entries())
    near(months[i].return, expected, TOLERANCE);
});

test('a fall from the initial cash counts from the first bar, one without recovery to the end', () => {
  const time = Float64Array.from([0, HOUR, 2 * HOUR]);
  assert.deepEqual(drawdownOf(Float64Array.from([9, 8, 9]), 10, time), {
    depth: 1 - 8 / 10,
    peakTime: 0,
    lowTime: HOUR,
    recoveredTime: null,
    bars: 3,
    longestBars: 3,
  });
});

test('without a trade the account stands still, and what has no value is null', () => {
  const setup = setupOf([marketOf(barsOf([100, 101, 99, 102]))]);
  const figures = measurePerformance(accountOf(setup, []), setup, { timeframe: '1h' });
  assert.deepEqual(figures.account, {
    totalReturn: 0,
    cagr: 0,
    volatility: 0,
    sharpe: null,
    sortino: null,
    calmar: null,
    maxDrawdown: 0,
    sharpePerBar: null,
    sortinoPerBar: null,
    skewness: null,
    kurtosis: null,
    probabilisticSharpe: null,
    bestBar: 0,
    worstBar: 0,
  });
  assert.equal(figures.exposure.share, 0);
  assert.equal(figures.costs.bpsOfTurnover, null);
  assert.equal(figures.trades.hitRate, null);
  assert.equal(figures.randomEntries, null);
  assert.deepEqual(figures.monteCarlo, { seed: 1, tradeOrder: null, resampledReturns: null });
});

test('a range without bars has figures too', () => {
  const setup = setupOf([marketOf(barsOf([100]))], { fromTime: 0, toTime: 0 });
  const nothing = new Float64Array();
  const result = { ...accountOf(setup, []), time: nothing, equity: nothing, grossExposure: nothing };
  const figures = measurePerformance(result, setup, { timeframe: '1h' });
  assert.equal(figures.finalEquity, 10_000);
  assert.equal(figures.fromTime, null);
  assert.deepEqual(figures.months, []);
  assertFinite(figures);
});

test('an account that lost everything stays at nothing', () => {
  const setup = setupOf([marketOf(barsOf([100, 100, 250, 240, 100, 90]))]);
  const figures = measurePerformance(accountOf(setup, [{ from: 1, to: 2, side: 'SHORT' }]), setup, {
    timeframe: '1h',
  });
  assert.equal(figures.account.totalReturn, -1);
  assert.equal(figures.account.cagr, -1);
  assert.equal(figures.drawdown.depth, 1);
  assert.equal(figures.drawdown.recoveredTime, null);
  assert.deepEqual(figures.months, [{ month: '2019-01', return: -1, trades: 1, netPnl: -15_000 }]);
  assertFinite(figures);
});

test('exposure counts bars with a position, turnover the notional of both sides, costs stand apart', () => {
  const setup = setupOf([marketOf(barsOf([100, 100, 110, 110, 110, 110, 110, 110]))]);
  const result = accountOf(setup, [{ from: 1, to: 2 }], 0.001);
  const figures = measurePerformance(result, setup, { timeframe: '1h' });
  assert.equal(figures.exposure.share, 2 / 8);
  assert.equal(figures.turnover.notional, 21_000);
  near(figures.costs.total, 21);
  near(figures.costs.bpsOfTurnover, 10);
  near(figures.costs.shareOfGrossProfit, 0.021);
  near(figures.finalEquity, 10_979);
});

test('a position that a signal closes at the open of a bar was not open in it', () => {
  const setup = setupOf([marketOf(barsOf([100, 100, 110, 110, 110, 110, 110, 110]))]);
  const result = accountOf(setup, [{ from: 1, to: 4, exitReason: 'signal' }]);
  assert.equal(measurePerformance(result, setup, { timeframe: '1h' }).exposure.share, 3 / 8);
  // Evidence and backtest say the same of the same trades.
  assert.equal(summarizeBacktest(result, FREE, 'spot').exposure, 3 / 8);
});

test('buying and holding pays both sides, and funding on swaps', () => {
  const closes = Array.from({ length: 24 }, () => 100);
  const held = (kind: 'spot' | 'swap', costs = {}) => {
    const setup = setupOf([marketOf(barsOf(closes), { kind })], { costs: { ...FREE, ...costs } });
    return measurePerformance(accountOf(setup, []), setup, { timeframe: '1h' }).buyAndHold.totalReturn;
  };
  near(held('spot'), 0);
  near(
    held('spot', { feeBps: 10, slippageBps: 5 }),
    ((1 - 0.001) * (1 - 0.0005)) / ((1 + 0.001) * (1 + 0.0005)) - 1,
  );
  // Bought at 00:00, it pays at 08:00 and 16:00.
  near(held('swap', { fundingBpsPer8h: 10 }), -0.002);
  near(held('spot', { fundingBpsPer8h: 10 }), 0);
});

test('buying and holding is what the engine makes of a long that is never left', () => {
  const candles = barsOf([100, 101, 99, 104, 98, 107, 111, 103]);
  const setup = setupOf([marketOf(candles)], { costs: costsSchema.parse({}) });
  const hold: Decide = (_prediction, { position, equity }, _policy, { close }) =>
    position === null
      ? [
          {
            kind: 'enter',
            side: 'LONG',
            quantity: equity / close,
            order: { kind: 'market' },
            exits: { stop: null, targets: [], trailing: null, maxBars: null },
          },
        ]
      : [];
  const played = backtest(setup, hold);
  // Decided at the first close, it is in from the second bar on.
  const held = buyAndHoldEquity({ ...setup, fromTime: candles.openTime[1] }, played.time.subarray(1));
  for (const [bar, value] of held.entries()) near(value, played.equity[bar + 1], 1e-9);
});

test('buying and holding several markets parts the cash evenly', () => {
  const setup = setupOf([
    marketOf(barsOf([100, 100, 120])),
    marketOf(barsOf([50, 50, 20]), { symbol: 'ETHUSD' }),
  ]);
  const figures = measurePerformance(accountOf(setup, []), setup, { timeframe: '1h' });
  near(figures.buyAndHold.totalReturn, (0.2 - 0.6) / 2);
});

function assertFinite(value: unknown, path = ''): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} is ${value}`);
  if (value === null || typeof value !== 'object') return;
  for (const [key, part] of Object.entries(value)) assertFinite(part, `${path}.${key}`);
}
