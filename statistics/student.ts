import { normalCdf } from './normal.ts';

/**
 * The share of Student's t distribution beyond t ≥ 0, for a whole number of degrees of freedom: the finite sums of
 * Abramowitz and Stegun 26.7.3 and 26.7.4. O(degrees).
 */
export function studentTail(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const sine = Math.sin(angle);
  const square = Math.cos(angle) ** 2;
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = degrees > 1 ? term : 0;
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (square * (k - 1)) / k;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.max(0, (1 - within) / 2);
}

/** The t ≥ 0 beyond which that share lies (0 < share ≤ ½), by halving until two neighbours are left. */
export function studentQuantile(share: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentTail(high, degrees) > share) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTail(middle, degrees) > share) low = middle;
    else high = middle;
  }
}

/**
 * The tail of a percentile interval that holds its level on few independent units: the bootstrap's spread is too small by
 * √(n / (n − 1)), and its tails are a normal distribution's where Student's t are asked. (Expanded percentile interval:
 * Hesterberg, "What Teachers Should Know About the Bootstrap", 2015.)
 * @param units independent units of the sample; of a block bootstrap its blocks
 */
export function expandedTail(level: number, units: number): number {
  return normalCdf(-Math.sqrt(units / (units - 1)) * studentQuantile(level, units - 1));
}
