import assert from 'node:assert/strict';
import test from 'node:test';
import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { golden } from '../support/golden.ts';

test("the generator is C++'s std::mt19937: its 10,000th number from seed 5489 is the one the standard names", () => {
  const random = seededRandom(5489);
  let last = 0;
  for (let i = 0; i < 10_000; i++) last = random();
  assert.equal(last, 4_123_659_995);
});

test("the stream of a seed is numpy's", () => {
  const { generator } = golden<{ generator: { seed: number; first: number[]; thousandth: number } }>(
    'block_bootstrap.json',
  );
  const random = seededRandom(generator.seed);
  const stream = Array.from({ length: 1_000 }, random);
  assert.deepEqual(stream.slice(0, 5), generator.first);
  assert.equal(stream[999], generator.thousandth);
});

test('an index lies in 0 … size − 1, at both ends of the stream too', () => {
  assert.equal(
    randomIndex(() => 0, 7),
    0,
  );
  assert.equal(
    randomIndex(() => 0xffffffff, 7),
    6,
  );
});
