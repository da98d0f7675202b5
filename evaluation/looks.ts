import type { Look, LookPlan, TimeRange } from '../contracts/comparison.ts';

/** What is known of a series' earlier decisions when the next is planned. */
export interface EarlierLooks {
  /** In their order. */
  readonly looks: readonly Look[];
  /** Other configurations that were judged on test bars since the last of them, and did not come to a look. */
  readonly othersJudged: number;
}

/**
 * Plans a series' next look by alpha-spending (Foster and Stine 2008; online control of the family-wise error by Tian and
 * Ramdas 2021): the look at place k may err with `promotionError` × γₖ, and the γ sum to 1. So the chance that a series
 * ever promotes a candidate that is not better stays below `promotionError`, however its looks depend on one another:
 * they share bars, so no rule that needs independence will do. A configuration that was judged and not offered was a
 * chance too: it takes a place, though it is no look.
 */
export function planLook({ looks, othersJudged }: EarlierLooks, promotionError: number): LookPlan {
  const place = (looks.at(-1)?.place ?? 0) + othersJudged + 1;
  return {
    number: (looks.at(-1)?.number ?? 0) + 1,
    place,
    level: promotionError * spendingWeight(place),
    used: looks.map(({ fromTime, toTime }) => ({ fromTime, toTime })),
  };
}

/** γₖ = k^−1.6 / ζ(1.6), the sequence that the package onlineFDR takes (Robertson and others 2019). */
export function spendingWeight(place: number): number {
  return place ** -1.6 / ZETA;
}

const ZETA = 2.285765665638634;

/** A level is a share of so many draws at least beyond an interval's bound. */
const DRAWS_BEYOND = 50;
/** Beyond this a look would take minutes; a series comes there with its 120th place, of which a year has about five. */
const MAX_DRAWS = 5_000_000;

/** How many draws a look at a level takes; null where the error is as good as spent. */
export function drawsFor(level: number, atLeast: number): number | null {
  const draws = Math.max(atLeast, Math.ceil(DRAWS_BEYOND / level));
  return draws > MAX_DRAWS ? null : draws;
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
