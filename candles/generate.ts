import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import { type Random, seededRandom } from '../statistics/random.ts';
import { CandleBuilder } from './candle-builder.ts';

/** What a made-up market is like. */
export interface MarketSpec {
  readonly timeframe: Timeframe;
  readonly bars: number;
  readonly seed: number;
  /** Open time of the first bar, epoch ms; a whole multiple of the timeframe. */
  readonly fromTime: number;
  readonly startPrice: number;
  /** Decimal places of prices: 2 is a tick of 0.01. */
  readonly decimals: number;
  /** Deviation of a year's log return, about. */
  readonly volatility: number;
  /** Probability that a bar jumps by 4 to 8 deviations. */
  readonly jumpShare: number;
  /** The planted edge: positive is momentum, negative reversion, 0 a market that can't be forecast. */
  readonly edge: Edge;
}

/** A bar's expected return is `strength` × the sum of the last `bars` returns / √bars; all else is chance. */
export interface Edge {
  readonly strength: number;
  readonly bars: number;
}

export const DEFAULT_MARKET = {
  startPrice: 100,
  decimals: 2,
  volatility: 0.6,
  jumpShare: 0.001,
  edge: { strength: 0, bars: 8 },
} as const;

const YEAR_MS = 365.25 * 86_400_000;
/** GARCH(1,1): the weight of the last squared return, and of the last variance. */
const SHOCK_WEIGHT = 0.08;
const PERSISTENCE = 0.9;
/** The variance and a single return stay within so many of their usual sizes. */
const LARGEST_VARIANCE = 50;
const LARGEST_RETURN = 0.5;
const PATH_STEPS = 16;
const BASE_VOLUME = 100;
const VOLUME_STEPS = 100_000;
/** Beyond it, expected returns feed on themselves. */
const LARGEST_FEEDBACK = 0.95;

/**
 * Bars of a made-up market: volatility that comes in clusters (GARCH(1,1)), jumps, highs and lows from a path of 16 steps
 * within the bar, volume that follows the range. The same spec gives the same bars, bit for bit, on any machine: only
 * integers, + − × ÷ and square roots are used, which IEEE 754 rounds in one way; no logarithm, exponential or sine.
 * @throws AlphaloomError USAGE for a spec that makes no market
 */
export function generateCandles(spec: MarketSpec): Candles {
  requireSense(spec);
  const random = seededRandom(spec.seed);
  const { edge, bars, fromTime } = spec;
  const durationMs = TIMEFRAME_MS[spec.timeframe];
  const usual = spec.volatility * Math.sqrt(durationMs / YEAR_MS);
  const unit = 10 ** spec.decimals;
  const toTick = (price: number) => Math.max(1, Math.round(price * unit)) / unit;
  const builder = new CandleBuilder(bars);
  const returns = new Float64Array(bars);
  let variance = usual * usual;
  let recent = 0;
  let price = toTick(spec.startPrice);
  for (let bar = 0; bar < bars; bar++) {
    const deviation = Math.sqrt(variance);
    const expected = (edge.strength * recent) / Math.sqrt(edge.bars);
    const moved = expected + deviation * normal(random) + jump(random, spec.jumpShare, deviation);
    const change = Math.min(LARGEST_RETURN, Math.max(-LARGEST_RETURN, moved));
    const { highest, lowest } = walk(random, change, deviation);
    const open = price;
    const close = toTick(open * (1 + change));
    const high = Math.max(open, close, toTick(open * (1 + highest)));
    const low = Math.min(open, close, toTick(open * (1 + lowest)));
    builder.push(
      fromTime + bar * durationMs,
      open,
      high,
      low,
      close,
      volumeOf(random, highest - lowest, usual),
    );

    price = close;
    returns[bar] = change;
    recent += change - (bar >= edge.bars ? returns[bar - edge.bars] : 0);
    const surprise = change - expected;
    variance =
      (1 - SHOCK_WEIGHT - PERSISTENCE) * usual * usual +
      SHOCK_WEIGHT * surprise * surprise +
      PERSISTENCE * variance;
    variance = Math.min(variance, LARGEST_VARIANCE * usual * usual);
  }
  return builder.finish();
}

function requireSense({ bars, seed, fromTime, timeframe, startPrice, decimals, ...spec }: MarketSpec): void {
  const { volatility, jumpShare, edge } = spec;
  const feedback = Math.abs(edge.strength) * Math.sqrt(edge.bars);
  const rules: [string, boolean][] = [
    ['bars: a whole number from 1 to 5,000,000', Number.isInteger(bars) && bars >= 1 && bars <= 5_000_000],
    ['seed: a whole number from 0 to 4294967295', Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32],
    [`from: the open of a ${timeframe} bar`, fromTime % TIMEFRAME_MS[timeframe] === 0],
    ['decimals: a whole number from 0 to 8', Number.isInteger(decimals) && decimals >= 0 && decimals <= 8],
    [
      'start price: a number from 100 ticks to 1,000,000',
      startPrice >= 100 / 10 ** decimals && startPrice <= 1e6,
    ],
    ['volatility: a number above 0, up to 5 (500 % a year)', volatility > 0 && volatility <= 5],
    ['jump share: a number from 0 to 0.1', jumpShare >= 0 && jumpShare <= 0.1],
    [
      'edge bars: a whole number from 1 to 1000',
      Number.isInteger(edge.bars) && edge.bars >= 1 && edge.bars <= 1_000,
    ],
    [
      `edge: between ±${(LARGEST_FEEDBACK / Math.sqrt(edge.bars)).toFixed(3)} over ${edge.bars} bars, or it feeds on itself`,
      feedback < LARGEST_FEEDBACK,
    ],
  ];
  const broken = rules.filter(([, holds]) => !holds).map(([rule]) => rule);
  if (broken.length > 0)
    throw new AlphaloomError('USAGE', `No market can be made: ${broken.join('; ')}.`, { broken });
}

/** Mean 0, deviation 1, nearly normal: twelve uniform draws less 6 (Irwin–Hall), exact in any order of rounding. */
function normal(random: Random): number {
  let sum = 0;
  for (let draw = 0; draw < 12; draw++) sum += random();
  return sum / 4_294_967_296 - 6;
}

function jump(random: Random, share: number, deviation: number): number {
  const isJump = random() < share * 4_294_967_296;
  if (!isJump) return 0;
  const size = 4 + (4 * random()) / 4_294_967_296;
  return (random() < 2_147_483_648 ? -1 : 1) * size * deviation;
}

/** The extremes, as returns from the open, of a random walk that is tied to the bar's change at its end. */
function walk(random: Random, change: number, deviation: number): { highest: number; lowest: number } {
  const steps = new Float64Array(PATH_STEPS + 1);
  // Three uniform draws have the deviation 1/2.
  const scale = (2 * deviation) / Math.sqrt(PATH_STEPS);
  for (let step = 1; step <= PATH_STEPS; step++) {
    const shock = (random() + random() + random()) / 4_294_967_296 - 1.5;
    steps[step] = steps[step - 1] + shock * scale;
  }
  let highest = 0;
  let lowest = 0;
  for (let step = 1; step <= PATH_STEPS; step++) {
    const at = steps[step] + ((change - steps[PATH_STEPS]) * step) / PATH_STEPS;
    if (at > highest) highest = at;
    if (at < lowest) lowest = at;
  }
  return { highest, lowest: Math.max(lowest, -0.9) };
}

/** In base units, to five places: more is traded in a wide bar. */
function volumeOf(random: Random, range: number, usual: number): number {
  const activity = (0.25 + range / usual) * (0.5 + random() / 4_294_967_296);
  return Math.round(BASE_VOLUME * activity * VOLUME_STEPS) / VOLUME_STEPS;
}
