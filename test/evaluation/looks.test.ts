import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Look } from '../../contracts/comparison.ts';
import {
  barsToWait,
  countFresh,
  drawsFor,
  isStale,
  lookBlockRows,
  planLook,
  spendingWeight,
} from '../../evaluation/comparison/looks.ts';
import { near } from '../support/near.ts';

function look(number: number, fromTime = 0, toTime = 10): Look {
  return {
    number,
    level: 0.01,
    fromTime,
    toTime,
    bars: 1_000,
    freshBars: 1_000,
    tail: 0.01,
    draws: 2_000,
  };
}

test('the weights are those of onlineFDR, and sum to 1', () => {
  near(spendingWeight(1), 0.4374901658, 1e-10);
  let sum = 0;
  for (let number = 1; number <= 100_000; number++) sum += spendingWeight(number);
  // What lies beyond: the integral of k^−1.6.
  near(sum + 100_000 ** -0.6 / 0.6 / 2.285765665638634, 1, 1e-6);
});

test('a series’ first look gets the most, later ones ever less, all together no more than the error', () => {
  const looks: Look[] = [];
  let spent = 0;
  for (let number = 1; number <= 200; number++) {
    const plan = planLook(looks, 0.05);
    assert.equal(plan.number, number);
    assert.ok(plan.level < (looks.at(-1)?.level ?? 1));
    spent += plan.level;
    looks.push({ ...look(number), level: plan.level });
  }
  assert.ok(spent < 0.05);
  near(looks[0]!.level, 0.021875, 1e-6);
});

test('a level has at least fifty draws beyond its bound, until it can’t be drawn', () => {
  assert.equal(drawsFor(0.025, 2_000), 2_000);
  assert.equal(drawsFor(0.01, 2_000), 5_000);
  assert.equal(drawsFor(1e-9, 2_000), null);
});

test('bars that no earlier look used are fresh', () => {
  const openTime = Float64Array.from([0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(countFresh(openTime, []), 8);
  assert.equal(
    countFresh(openTime, [
      { fromTime: 1, toTime: 3 },
      { fromTime: 2, toTime: 4 },
    ]),
    4,
  );
});

test('after the bars that it says to wait for, the share is reached, and not one bar before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.95, noNaN: true }),
      (bars, part, share) => {
        const fresh = Math.floor(part * bars);
        const wait = barsToWait(bars, fresh, share);
        const reached = (more: number) => fresh + more >= share * (bars + more) - 1e-6;
        assert.ok(reached(wait));
        assert.ok(wait === 0 || !reached(wait - 1 - 1e-3));
      },
    ),
  );
});

test('before bars are read, a span is only called stale where that is beyond doubt', () => {
  const span = { fromTime: 0, toTime: 1_000 };
  assert.equal(isStale(span, [], 0.25), false);
  assert.equal(isStale(span, [{ fromTime: -500, toTime: 700 }], 0.25), false);
  assert.equal(isStale(span, [{ fromTime: -500, toTime: 770 }], 0.25), false);
  assert.equal(isStale(span, [{ fromTime: -500, toTime: 790 }], 0.25), true);
  const overlapping = [
    { fromTime: 400, toTime: 1_200 },
    { fromTime: -10, toTime: 500 },
  ];
  assert.equal(isStale(span, overlapping, 0.25), true);
});

test('blocks are of twice the horizon, longer where enough of them are left, and never too many', () => {
  assert.equal(lookBlockRows(1_000, 24), 48);
  assert.equal(lookBlockRows(4_200, 24), 70);
  assert.equal(lookBlockRows(6_000, 24), 96);
  assert.equal(lookBlockRows(1_000_000, 24), 500);
});
