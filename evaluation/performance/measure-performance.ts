import type { BacktestResult, BacktestSetup } from '../../contracts/backtest.ts';
import type { CostFigures, MonteCarlo, Performance, ReturnFigures } from '../../contracts/performance.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { buyAndHoldEquity } from './buy-and-hold.ts';
import { drawdownOf } from './drawdown.ts';
import { exposureOf, turnoverOf } from './exposure.ts';
import { monthFigures } from './months.ts';
import { randomEntries } from './random-entries.ts';
import { resampledReturns } from './resampled-returns.ts';
import { accountFigures, type EquityCurve, finite, returnFigures, returnsOf } from './return-figures.ts';
import { byExit, tradeFigures, tradesBy } from './trade-figures.ts';
import { shuffledTrades } from './trade-order.ts';
import { tradedShares } from './traded-shares.ts';

const DRAWS = 1_000;
const SEED = 1;

export interface PerformanceOptions {
  readonly timeframe: Timeframe;
  /** Of random entries and Monte Carlo; 1,000 unless given. */
  readonly draws?: number;
  readonly seed?: number;
}

/**
 * All figures of a backtest. Pure: the same result, setup and seed give the same numbers.
 * O(bars + draws × (trades + bars / block)).
 */
export function measurePerformance(
  result: BacktestResult,
  setup: BacktestSetup,
  { timeframe, draws = DRAWS, seed = SEED }: PerformanceOptions,
): Performance {
  const { time, equity, initialCash } = result;
  const curve: EquityCurve = { time, equity, initial: initialCash, timeframe };
  const returns = returnsOf(curve);
  const drawdown = drawdownOf(equity, initialCash, time);
  const trades = byExit(result.trades);
  const figures = tradeFigures(trades);
  const shares = tradedShares(result, trades);
  const gains = Float64Array.from(shares, ({ gain }) => gain);
  const bars = time.length;
  return {
    timeframe,
    fromTime: bars === 0 ? null : time[0],
    toTime: bars === 0 ? null : time[bars - 1] + TIMEFRAME_MS[timeframe],
    bars,
    initialCash,
    finalEquity: bars === 0 ? initialCash : equity[bars - 1],
    account: accountFigures(curve, returns, drawdown.depth),
    drawdown,
    exposure: exposureOf(result, setup.markets),
    turnover: turnoverOf(result, curve),
    costs: costFigures(result, figures.grossPnl),
    refused: result.refused,
    ...(result.blocked && { blocked: result.blocked }),
    trades: figures,
    bySide: tradesBy(trades, ({ side }) => side),
    bySymbol: tradesBy(trades, ({ symbol }) => symbol),
    byExitReason: tradesBy(trades, ({ exitReason }) => exitReason),
    months: monthFigures(curve, trades),
    buyAndHold: buyAndHold(setup, curve),
    randomEntries: randomEntries(shares, setup, draws, seed),
    monteCarlo: monteCarlo(gains, returns, figures.meanBarsHeld, draws, seed),
  };
}

function costFigures({ costs, turnover }: BacktestResult, grossPnl: number): CostFigures {
  const total = costs.fees + costs.spread + costs.slippage + costs.funding;
  return {
    ...costs,
    total,
    shareOfGrossProfit: grossPnl > 0 ? total / grossPnl : null,
    bpsOfTurnover: finite((total / turnover) * 10_000),
  };
}

function buyAndHold(setup: BacktestSetup, { time, initial, timeframe }: EquityCurve): ReturnFigures {
  const held: EquityCurve = { time, equity: buyAndHoldEquity(setup, time), initial, timeframe };
  return returnFigures(held, returnsOf(held), drawdownOf(held.equity, initial, time).depth);
}

function monteCarlo(
  gains: Float64Array,
  returns: Float64Array,
  meanBarsHeld: number | null,
  draws: number,
  seed: number,
): MonteCarlo {
  return {
    seed,
    tradeOrder: shuffledTrades(gains, draws, seed),
    resampledReturns:
      meanBarsHeld === null
        ? null
        : resampledReturns(returns, blockBars(returns.length, meanBarsHeld), draws, seed),
  };
}

/**
 * Blocks span twice the average holding time: what neighbouring bars share, they share through an open position. They are
 * no shorter than the cube root of the bars, the order of the best length (Hall, Horowitz and Jing 1995).
 */
function blockBars(bars: number, meanBarsHeld: number): number {
  return Math.max(2 * Math.ceil(meanBarsHeld), Math.ceil(Math.cbrt(bars)));
}
