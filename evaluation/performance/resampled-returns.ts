import type { FanPoint, ResampledReturns } from '../../contracts/performance.ts';
import { MIN_BLOCKS } from '../../statistics/bootstrap.ts';
import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { distributionOf, quantilesOf } from './distribution.ts';

const FAN_POINTS = 60;

/**
 * Where an account would have ended had its returns per bar come in other stretches: moving blocks with starts uniform over
 * 0 … n − b, ⌈n / b⌉ of them, the last one cut. Null with under ten blocks. A draw costs as much as it has blocks.
 * @param returns per bar, ≥ −1
 */
export function resampledReturns(
  returns: Float64Array,
  blockBars: number,
  draws: number,
  seed: number,
): ResampledReturns | null {
  const bars = returns.length;
  if (bars < MIN_BLOCKS * blockBars) return null;
  const blocks = Math.ceil(bars / blockBars);
  const whole = blockGrowth(returns, blockBars);
  const cut = blockGrowth(returns, bars - (blocks - 1) * blockBars);
  const stops = fanStops(blocks);
  const onTheWay = stops.map(() => new Float64Array(draws));
  const ends = new Float64Array(draws);
  const random = seededRandom(seed);
  for (let draw = 0; draw < draws; draw++) {
    let log = 0;
    let stop = 0;
    for (let block = 0; block < blocks; block++) {
      const start = randomIndex(random, bars - blockBars + 1);
      log += block < blocks - 1 ? whole[start] : cut[start];
      if (block === stops[stop]) onTheWay[stop++][draw] = Math.exp(log);
    }
    ends[draw] = Math.expm1(log);
  }
  const totalReturn = distributionOf(ends);
  if (totalReturn === null) return null;
  return {
    blockBars,
    totalReturn,
    probabilityOfLoss: ends.reduce((count, value) => count + Number(value < 0), 0) / draws,
    fan: stops.map((block, i) => fanPoint(Math.min(bars, (block + 1) * blockBars), onTheWay[i])),
  };
}

/** Growth of the blocks that start at each bar, as logarithms; −∞ of those in which everything was lost. O(n). */
function blockGrowth(returns: Float64Array, blockBars: number): Float64Array {
  const growth = new Float64Array(returns.length - blockBars + 1);
  const { log, ruins } = growthSoFar(returns);
  for (let from = 0; from < growth.length; from++) {
    const to = from + blockBars;
    growth[from] = ruins[to] > ruins[from] ? Number.NEGATIVE_INFINITY : log[to] - log[from];
  }
  return growth;
}

/** Sums of log(1 + r) before each bar, and counts of the bars that lost everything, whose logarithm has no sum. */
function growthSoFar(returns: Float64Array): { log: Float64Array; ruins: Int32Array } {
  const log = new Float64Array(returns.length + 1);
  const ruins = new Int32Array(returns.length + 1);
  for (let bar = 0; bar < returns.length; bar++) {
    const isRuin = returns[bar] <= -1;
    log[bar + 1] = log[bar] + (isRuin ? 0 : Math.log1p(returns[bar]));
    ruins[bar + 1] = ruins[bar] + Number(isRuin);
  }
  return { log, ruins };
}

/** Blocks after which the fan is measured, evenly spread, the last among them. */
function fanStops(blocks: number): number[] {
  const points = Math.min(FAN_POINTS, blocks);
  return Array.from({ length: points }, (_, i) => Math.round(((i + 1) * blocks) / points) - 1);
}

function fanPoint(bars: number, sample: Float64Array): FanPoint {
  return { bars, ...quantilesOf(sample.toSorted()) };
}
