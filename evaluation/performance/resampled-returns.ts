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
  const growth = growthSoFar(returns);
  const blocks = Math.ceil(bars / blockBars);
  const stops = fanStops(blocks);
  const onTheWay = stops.map(() => new Float64Array(draws));
  const ends = new Float64Array(draws);
  const random = seededRandom(seed);
  for (let draw = 0; draw < draws; draw++) {
    let log = 0;
    let stop = 0;
    for (let block = 0; block < blocks; block++) {
      const length = Math.min(blockBars, bars - block * blockBars);
      const start = randomIndex(random, bars - blockBars + 1);
      log += growthBetween(growth, start, start + length);
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

/** Sums of log(1 + r) before each bar, and counts of the bars that lost everything, whose logarithm has no sum. */
interface Growth {
  readonly log: Float64Array;
  readonly ruins: Int32Array;
}

function growthSoFar(returns: Float64Array): Growth {
  const log = new Float64Array(returns.length + 1);
  const ruins = new Int32Array(returns.length + 1);
  for (let bar = 0; bar < returns.length; bar++) {
    const isRuin = returns[bar] <= -1;
    log[bar + 1] = log[bar] + (isRuin ? 0 : Math.log1p(returns[bar]));
    ruins[bar + 1] = ruins[bar] + Number(isRuin);
  }
  return { log, ruins };
}

function growthBetween({ log, ruins }: Growth, from: number, to: number): number {
  return ruins[to] > ruins[from] ? Number.NEGATIVE_INFINITY : log[to] - log[from];
}

/** Blocks after which the fan is measured, evenly spread, the last among them. */
function fanStops(blocks: number): number[] {
  const points = Math.min(FAN_POINTS, blocks);
  return Array.from({ length: points }, (_, i) => Math.round(((i + 1) * blocks) / points) - 1);
}

function fanPoint(bars: number, sample: Float64Array): FanPoint {
  return { bars, ...quantilesOf(sample.toSorted()) };
}
