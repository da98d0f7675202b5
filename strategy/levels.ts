import type { Distance } from '../contracts/intents.ts';
import { type Grid, nearestTo } from './grid.ts';

/** Shares of tp2's distance at which the three targets stand. */
export const TARGET_LADDER = { tp1: 0.5, tp2: 1, tp3: 1.5 } as const;

/** Prices that no bar reaches stand for levels that are not there, so that a state holds numbers alone. */
export const NEVER_BELOW = 0;
export const NEVER_ABOVE = Number.MAX_VALUE;

/** Digits that a double keeps for certain: without a tick a level is the number one would write, and is reached by it. */
const LEVEL_DIGITS = 15;
/** Powers of ten that are exact doubles. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * Price of a level, rounded to the nearest tick.
 * @param side 1: above the entry, −1: below
 */
export function levelPrice(entryPrice: number, side: number, distance: Distance, tick: Grid | null): number {
  const { unit, value } = distance;
  const inQuote = unit === 'quote' ? value : (entryPrice * value) / 100;
  return roundLevel(entryPrice + side * inQuote, tick);
}

/** @returns the nearest tick, or 15 digits; what is not above 0 stands as it is */
export function roundLevel(price: number, tick: Grid | null): number {
  if (tick !== null) return nearestTo(tick, price);
  if (!(price > 0)) return price;
  const power = LEVEL_DIGITS - 1 - decadeOf(price);
  if (power < 0 || power >= POWERS.length) return price;
  return Math.round(price * POWERS[power]) / POWERS[power];
}

/** ⌊log10⌋; of usual prices by a few comparisons, which take less than the logarithm. */
function decadeOf(price: number): number {
  if (price < 1 || price >= POWERS[LEVEL_DIGITS]) return Math.floor(Math.log10(price));
  let decade = 0;
  while (price >= POWERS[decade + 1]) decade++;
  return decade;
}

/** Whether a price is at or beyond a stop, against the position. @param side 1 long, −1 short */
export function reachesStop(side: number, stop: number, price: number): boolean {
  return side > 0 ? price <= stop : price >= stop;
}

/** Whether a price is at or beyond a target, in favour of the position. */
export function reachesTarget(side: number, target: number, price: number): boolean {
  return side > 0 ? price >= target : price <= target;
}
