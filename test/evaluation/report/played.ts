import { readParquet } from '../../../candles/parquet.ts';
import { SAMPLE } from '../../../candles/sample/index.ts';
import type { BacktestMarket, BacktestResult, BacktestSetup, Signals } from '../../../contracts/backtest.ts';
import type { BacktestDocument, PlayedMarket } from '../../../contracts/backtest-document.ts';
import { type Candles, sliceCandles } from '../../../contracts/candles.ts';
import { costsSchema } from '../../../contracts/costs.ts';
import { parsePolicy } from '../../../contracts/policy.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import type { PlayedBacktest } from '../../../evaluation/report/played-backtest.ts';
import { backtest } from '../../../strategy/backtest.ts';
import { accountOf, barsOf, marketOf, setupOf } from '../performance/account.ts';

const COSTS = costsSchema.parse({});

/** Hourly bars of Coinbase BTC-USD, the last `count` of the bundled sample. */
export async function sampleBars(count: number): Promise<Candles> {
  const bars = await readParquet(SAMPLE.path, 0, Number.MAX_SAFE_INTEGER);
  return sliceCandles(bars, bars.openTime.length - count, bars.openTime.length);
}

/** Hourly bars of an earlier stretch of the sample as those of another symbol at these times. */
export async function otherBars({ openTime }: Candles): Promise<Candles> {
  const bars = await sampleBars(2 * openTime.length + 500);
  return { ...sliceCandles(bars, 0, openTime.length), openTime };
}

/** Follows the trend by labels of 2.5 ATR and 24 bars: LONG above the mean of the last 120 closes, SHORT below it. */
export function followedTrend(
  ...markets: readonly (readonly [symbol: string, candles: Candles])[]
): PlayedBacktest {
  const setup = setupOf(
    markets.map(([symbol, candles]) =>
      marketOf(candles, { symbol, signals: trendSignals(candles), labels: LABELS }),
    ),
    { costs: COSTS, policy: POLICY },
  );
  return played(setup, backtest(setup));
}

const LABELS = { kind: 'triple-barrier', horizonBars: 24, upAtr: 2.5, downAtr: 2.5 } as const;
const POLICY = parsePolicy({ name: 'half', sizing: { kind: 'fraction', fraction: 0.5 } }, 'test');
const MEAN_BARS = 120;
const RANGE_BARS = 14;

function trendSignals({ high, low, close }: Candles): Signals {
  const direction = new Int8Array(close.length).fill(-1);
  const volatility = new Float64Array(close.length).fill(Number.NaN);
  let sum = 0;
  let range = 0;
  for (let bar = 0; bar < close.length; bar++) {
    sum += close[bar] - (bar >= MEAN_BARS ? close[bar - MEAN_BARS] : 0);
    range += high[bar] - low[bar] - (bar >= RANGE_BARS ? high[bar - RANGE_BARS] - low[bar - RANGE_BARS] : 0);
    if (bar < MEAN_BARS) continue;
    volatility[bar] = range / RANGE_BARS;
    const distance = (MEAN_BARS * close[bar]) / sum - 1;
    direction[bar] = distance > 0.01 ? 2 : distance < -0.01 ? 0 : 1;
  }
  return { direction, volatility };
}

/** A few bars without a trade. */
export function untraded(): PlayedBacktest {
  const setup = setupOf([marketOf(barsOf([100, 101, 102]))]);
  return played(setup, accountOf(setup, []));
}

export function played(
  setup: BacktestSetup,
  result: BacktestResult,
  change: Partial<BacktestDocument> = {},
): PlayedBacktest {
  const performance = measurePerformance(result, setup, { timeframe: '1h' });
  return { setup, result, performance, document: { ...documentOf(setup), ...change } };
}

function documentOf({
  markets,
  policy,
  costs,
  initialCash,
  fromTime,
  toTime,
}: BacktestSetup): BacktestDocument {
  return {
    id: 'a'.repeat(64),
    alphaloom: '0.1.0',
    timeframe: '1h',
    markets: markets.map(playedMarket),
    quote: 'USD',
    initialCash,
    fromTime,
    toTime,
    inSample: null,
    policy,
    strategy: null,
    costs,
    notes: [],
  };
}

function playedMarket({ symbol, kind, candles, labels }: BacktestMarket): PlayedMarket {
  const { openTime } = candles;
  return {
    series: `coinbase:${symbol}/1h`,
    symbol,
    kind,
    synthetic: false,
    model: {
      version: 7,
      champion: true,
      trainedOn: `coinbase:${symbol}/1h`,
      packageId: 'b'.repeat(64),
      modelSha256: 'c'.repeat(64),
      recipe: 'core15-barrier',
      task: 'direction3',
      estimator: 'lightgbm',
      imported: false,
      tradable: false,
      trainedThroughTime: (openTime[0] ?? 0) - 1,
      judgedThroughTime: (openTime[0] ?? 0) - 1,
    },
    labels,
    signals: { long: 900, short: 700, noTrade: openTime.length - 1_600, unanswered: 0, expired: 0 },
    signalsSha256: 'e',
    candles: {
      bars: openTime.length,
      firstTime: openTime[0] ?? 0,
      lastTime: openTime.at(-1) ?? 0,
      sha256: 'd'.repeat(64),
    },
    rules: null,
    funding: null,
  };
}
