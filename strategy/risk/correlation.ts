import type { RecentCloses } from '../../contracts/close-decision.ts';

/** Fewer returns than these say nothing. */
const LEAST_RETURNS = 10;

/**
 * Pearson's correlation of the log returns of two symbols between closes that both have, among the last bars + 1 of each;
 * null where these are too few or one of them does not move.
 */
export function returnCorrelation(
  recentCloses: RecentCloses,
  one: string,
  other: string,
  bars: number,
): number | null {
  const [a, b] = returnsTogether(recentCloses(one, bars + 1), recentCloses(other, bars + 1));
  const count = a.length;
  if (count < LEAST_RETURNS) return null;
  const meanA = sum(a) / count;
  const meanB = sum(b) / count;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

type Closes = ReturnType<RecentCloses>;

function returnsTogether(one: Closes, other: Closes): [number[], number[]] {
  const returns: [number[], number[]] = [[], []];
  let before: [number, number] | null = null;
  for (let i = 0, j = 0; i < one.time.length && j < other.time.length; ) {
    if (one.time[i]! < other.time[j]!) i++;
    else if (one.time[i]! > other.time[j]!) j++;
    else {
      const now: [number, number] = [one.close[i++]!, other.close[j++]!];
      if (before !== null) {
        returns[0].push(Math.log(now[0] / before[0]));
        returns[1].push(Math.log(now[1] / before[1]));
      }
      before = now;
    }
  }
  return returns;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
