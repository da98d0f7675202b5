import type { ShuffledTrades } from '../../contracts/performance.ts';
import { type Random, randomIndex, seededRandom } from '../../statistics/random.ts';
import { distributionOf } from './distribution.ts';

/**
 * How deep the same trades would have fallen in other orders: gains as shares of the account, compounded.
 * Null with under two trades. O(draws × trades).
 * @param gains ≥ −1, in the order of the trades' ends
 */
export function shuffledTrades(gains: Float64Array, draws: number, seed: number): ShuffledTrades | null {
  if (gains.length < 2) return null;
  const ownDrawdown = drawdownOfGains(gains);
  const random = seededRandom(seed);
  const order = gains.slice();
  const drawdowns = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    shuffle(order, random);
    drawdowns[draw] = drawdownOfGains(order);
  }
  const drawdown = distributionOf(drawdowns);
  if (drawdown === null) return null;
  return {
    ownDrawdown,
    drawdown,
    shareDeeper: drawdowns.reduce((count, value) => count + Number(value > ownDrawdown), 0) / draws,
  };
}

/** Every order is equally likely (Fisher and Yates). */
export function shuffle(values: Float64Array | Int32Array, random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const chosen = randomIndex(random, last + 1);
    const value = values[last];
    values[last] = values[chosen];
    values[chosen] = value;
  }
}

function drawdownOfGains(gains: Float64Array): number {
  let equity = 1;
  let peak = 1;
  let least = 1;
  for (let i = 0; i < gains.length; i++) {
    equity *= 1 + gains[i];
    if (equity > peak) peak = equity;
    // Divides at new lows alone.
    else if (equity < peak * least) least = equity / peak;
  }
  return 1 - least;
}
