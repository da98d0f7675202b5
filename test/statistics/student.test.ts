import assert from 'node:assert/strict';
import test from 'node:test';
import { expandedTail, studentQuantile, studentTail } from '../../statistics/student.ts';
import { near } from '../support/near.ts';

// scipy.stats.t.sf(t, degrees)
const TAILS: readonly (readonly [t: number, degrees: number, tail: number])[] = [
  [0, 3, 0.5],
  [1, 1, 0.25000000000000006],
  [2.5, 1, 0.12111894159084341],
  [1.3, 2, 0.16162351590802015],
  [2.262, 9, 0.025006422751227313],
  [3.7, 10, 0.002054248410020105],
  [2.0, 20, 0.02963276772328522],
  [4.1, 21, 0.00025579221323105176],
  [2.04, 124, 0.021737144155697486],
  [3.3, 333, 0.0005357678084818015],
  [2.3, 1999, 0.010775398661366658],
];

test('tails equal scipy’s', () => {
  for (const [t, degrees, tail] of TAILS) near(studentTail(t, degrees), tail, 1e-12);
});

test('the quantile is where the tail is', () => {
  for (const degrees of [1, 2, 9, 20, 123, 1_999]) {
    for (const share of [0.5, 0.1, 0.0219, 1e-4, 1e-6]) {
      near(studentTail(studentQuantile(share, degrees), degrees), share, 1e-12);
    }
  }
});

test('few units make a tail smaller, many leave the level as it is', () => {
  assert.ok(expandedTail(0.02, 10) < expandedTail(0.02, 20));
  assert.ok(expandedTail(0.02, 20) < 0.02);
  near(expandedTail(0.02, 2_000), 0.02, 2e-4);
  // scipy: norm.cdf(-sqrt(21 / 20) * t.isf(0.005, 20))
  near(expandedTail(0.005, 21), 0.001774994787846067, 1e-12);
});
