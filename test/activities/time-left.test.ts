import assert from 'node:assert/strict';
import test from 'node:test';
import { withTimeLeft } from '../../activities/time-left.ts';
import type { FitProgress } from '../../contracts/training.ts';

const PROGRESS = { rounds: 10, loss: 1, bestRound: 1, bestLoss: 1 };

test('the time left follows from the speed since the first word, parts of rounds counted', () => {
  const told: FitProgress[] = [];
  let now = 5_000;
  const report = withTimeLeft(
    progress => told.push(progress),
    () => now,
  );
  report({ ...PROGRESS, round: 4 });
  now += 3_000;
  report({ ...PROGRESS, round: 5, step: 5, steps: 10 });
  now += 1_000;
  report({ ...PROGRESS, round: 6 });
  now += 8_000;
  report({ ...PROGRESS, round: 10 });
  assert.deepEqual(
    told.map(({ secondsLeft }) => secondsLeft),
    [undefined, 9, 8, 0],
  );
  assert.deepEqual(told[0], { ...PROGRESS, round: 4 });
});

test('what an estimator says itself of the time left is kept', () => {
  const told: FitProgress[] = [];
  let now = 0;
  const report = withTimeLeft(
    progress => told.push(progress),
    () => now++,
  );
  for (const round of [1, 2]) report({ ...PROGRESS, round, secondsLeft: 77 });
  assert.deepEqual(
    told.map(({ secondsLeft }) => secondsLeft),
    [77, 77],
  );
});
