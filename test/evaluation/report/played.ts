import { readParquet } from '../../../candles/parquet.ts';
import { SAMPLE } from '../../../candles/sample/index.ts';
import type { BacktestMarket, BacktestResult, BacktestSetup } from '../../../contracts/backtest.ts';
import type { BacktestDocument, PlayedMarket } from '../../../contracts/backtest-document.ts';
import { type Candles, sliceCandles } from '../../../contracts/candles.ts';
import { costsSchema } from '../../../contracts/costs.ts';
import { measurePerformance } from '../../../evaluation/performance/measure-performance.ts';
import type { PlayedBacktest } from '../../../evaluation/report/played-backtest.ts';
import { accountOf, barsOf, type Held, marketOf, setupOf } from '../performance/account.ts';

const COSTS = costsSchema.parse({});

/** Hourly bars of Coinbase BTC-USD, the last `count` of the bundled sample. */
export async function sampleBars(count: number): Promise<Candles> {
  const bars = await readParquet(SAMPLE.path, 0, Number.MAX_SAFE_INTEGER);
  return sliceCandles(bars, bars.openTime.length - count, bars.openTime.length);
}

/** Long above the mean of the last 120 closes, for at most 24 bars, with 13 bp a side. */
export function followedTrend(candles: Candles): PlayedBacktest {
  const { close } = candles;
  const positions: Held[] = [];
  let sum = 0;
  for (let bar = 0; bar + 25 < close.length; bar++) {
    sum += close[bar] - (bar >= 120 ? close[bar - 120] : 0);
    const isFree = bar >= 120 && bar > (positions.at(-1)?.to ?? 0);
    if (isFree && close[bar] > (1.01 * sum) / 120)
      positions.push({ from: bar + 1, to: bar + 24, exitReason: bar % 3 === 0 ? 'signal' : 'time' });
  }
  const setup = setupOf([marketOf(candles)], { costs: COSTS });
  return played(setup, accountOf(setup, positions, 0.0013));
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
      trainedThroughTime: openTime[0] - 1,
      judgedThroughTime: openTime[0] - 1,
    },
    labels,
    signals: { long: 900, short: 700, noTrade: openTime.length - 1_600, unanswered: 0, expired: 0 },
    candles: {
      bars: openTime.length,
      firstTime: openTime[0],
      lastTime: openTime.at(-1)!,
      sha256: 'd'.repeat(64),
    },
    rules: null,
    funding: null,
  };
}
