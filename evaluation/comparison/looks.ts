import type { Look, LookPlan, TimeRange } from '../../contracts/comparison.ts';

/**
 * Plans a series' next look by alpha-spending (Foster and Stine 2008; online control of the family-wise error by Tian and
 * Ramdas 2021): the k-th look may err with `promotionError` × γₖ, and the γ sum to 1. So the chance that a series' looks
 * ever promote a candidate that is not better stays below `promotionError`, however they depend on one another: they
 * share bars, so no rule that needs independence will do.
 * @param looks the series' earlier ones, in their order
 */
export function planLook(looks: readonly Look[], promotionError: number): LookPlan {
  const number = (looks.at(-1)?.number ?? 0) + 1;
  return {
    number,
    level: promotionError * spendingWeight(number),
    used: looks.map(({ fromTime, toTime }) => ({ fromTime, toTime })),
  };
}

/** γₖ = k^−1.6 / ζ(1.6), the sequence that the package onlineFDR takes (Robertson and others 2019). */
export function spendingWeight(number: number): number {
  return number ** -1.6 / ZETA;
}

const ZETA = 2.285765665638634;

/** So many draws at least lie beyond an interval's bound. */
const DRAWS_BEYOND = 50;
/** More would take minutes: some sixty looks at thousands of bars, of which a year has room for about five. */
const MAX_DRAWS = 2_000_000;

/** How many draws a bound takes that has a share of them beyond it; null where that can't be drawn any more. */
export function drawsFor(tail: number, atLeast: number): number | null {
  const draws = Math.max(atLeast, Math.ceil(DRAWS_BEYOND / tail));
  return draws > MAX_DRAWS ? null : draws;
}

/** So many blocks at least, before they are made longer than evidence has them. */
const LONG_BLOCKS_FROM = 60;
/** A draw costs as much as it has blocks, and so many say all of the spread that there is to say. */
const MAX_BLOCKS = 2_000;

/**
 * Rows of a look's blocks: twice the horizon, as in evidence, up to four times where enough blocks are left, and longer
 * where there would be too many. Answers persist as labels do: in simulations of both (6,000 rows, horizon 24, level .022)
 * looks erred at .033 to .042 with blocks of twice the horizon, at .020 to .027 with four times.
 */
export function lookBlockRows(rows: number, horizonBars: number): number {
  const longer = Math.min(4 * horizonBars, Math.floor(rows / LONG_BLOCKS_FROM));
  return Math.max(2 * horizonBars, longer, Math.ceil(rows / MAX_BLOCKS));
}

/** Rows whose bars lie in none of the ranges. */
export function countFresh(openTime: Float64Array, used: readonly TimeRange[]): number {
  return openTime.reduce(
    (count, time) =>
      count + (used.some(({ fromTime, toTime }) => time >= fromTime && time <= toTime) ? 0 : 1),
    0,
  );
}

/** How many more bars make `minShare` of all of them fresh, if none is dropped at the other end. */
export function barsToWait(bars: number, fresh: number, minShare: number): number {
  if (fresh >= minShare * bars) return 0;
  return minShare < 1 ? Math.ceil((minShare * bars - fresh) / (1 - minShare)) : bars - fresh;
}

/** Counted in time, not yet in bars: short of that by a tenth, a span is surely not fresh enough for a look. */
const DOUBT = 0.9;

/** Whether a span is plainly too worn by earlier looks, as far as one can tell before its bars are read. */
export function isStale(
  { fromTime, toTime }: TimeRange,
  used: readonly TimeRange[],
  minFreshShare: number,
): boolean {
  let fresh = 0;
  let reached = fromTime;
  for (const range of [...used].sort((a, b) => a.fromTime - b.fromTime)) {
    fresh += Math.max(0, Math.min(range.fromTime, toTime) - reached);
    reached = Math.max(reached, Math.min(range.toTime, toTime));
  }
  fresh += toTime - reached;
  return fresh < DOUBT * minFreshShare * (toTime - fromTime);
}
