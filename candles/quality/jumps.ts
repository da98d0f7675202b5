import type { Candles } from '../../contracts/candles.ts';
import type { PriceJump, QualityThresholds } from '../../contracts/quality.ts';
import { Largest } from './largest.ts';
import { robustScale } from './robust-scale.ts';

/** A spike is taken back within so many bars, … */
const BARS_TO_REVERT = 3;
/** … to within this share of itself, … */
const SHARE_LEFT = 0.1;
/** … and so many bars before and after hardly moved: … */
const CALM_BARS = 5;
/** … less than this share of it. A crash that recovers is surrounded by moves of its own size. */
const CALM_SHARE = 0.25;

export interface Jumps {
  readonly jumps: Largest<PriceJump>;
  readonly spikes: Largest<PriceJump>;
  readonly largest: PriceJump | null;
}

/**
 * Returns far beyond the usual, and which of them are faults of the feed: on recorded crashes (12 March 2020, 19 May 2021,
 * 10 October 2025) the moves around a reversal were at least a third of it, around a bad price there are none. O(n).
 */
export function findJumps(
  { openTime, close }: Candles,
  { spikeDeviations, spikeLogReturn }: QualityThresholds,
): Jumps {
  const returns = logReturns(close);
  const scaleAt = robustScale(returns);
  const bySize = ({ logReturn }: PriceJump) => Math.abs(logReturn);
  const jumps = new Largest(bySize);
  const spikes = new Largest(bySize);
  let largest = 0;
  for (let row = 1; row < returns.length; row++) {
    const size = Math.abs(returns[row]);
    if (size > Math.abs(returns[largest])) largest = row;
    if (!(size > spikeDeviations * scaleAt(row))) continue;
    const jump = jumpAt(row, size > spikeLogReturn && isTakenBack(close, returns, row));
    jumps.offer(jump);
    if (jump.isSpike) spikes.offer(jump);
  }
  return { jumps, spikes, largest: largest === 0 ? null : jumpAt(largest, false) };

  function jumpAt(row: number, isSpike: boolean): PriceJump {
    const logReturn = returns[row];
    return {
      openTime: openTime[row],
      logReturn,
      deviations: Math.abs(logReturn) / scaleAt(row),
      isSpike,
    };
  }
}

function logReturns(close: Float64Array): Float64Array {
  const returns = new Float64Array(close.length);
  for (let row = 1; row < close.length; row++) returns[row] = Math.log(close[row] / close[row - 1]);
  return returns;
}

function isTakenBack(close: Float64Array, returns: Float64Array, row: number): boolean {
  const size = Math.abs(returns[row]);
  for (let back = row + 1; back <= row + BARS_TO_REVERT && back < close.length; back++) {
    const left = Math.abs(Math.log(close[back] / close[row - 1]));
    if (left <= SHARE_LEFT * size) return isCalmAround(returns, row, back, CALM_SHARE * size);
  }
  return false;
}

function isCalmAround(returns: Float64Array, from: number, to: number, limit: number): boolean {
  for (let row = Math.max(1, from - CALM_BARS); row < from; row++)
    if (Math.abs(returns[row]) > limit) return false;
  for (let row = to + 1; row <= to + CALM_BARS && row < returns.length; row++)
    if (Math.abs(returns[row]) > limit) return false;
  return true;
}
