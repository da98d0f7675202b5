import assert from 'node:assert/strict';
import test from 'node:test';
import type { Overfitting } from '../../../contracts/overfitting.ts';
import { probabilityOfOverfitting } from '../../../evaluation/overfitting/cross-validation.ts';
import { randomIndex, seededRandom } from '../../../statistics/random.ts';
import { golden } from '../../support/golden.ts';
import { near } from '../../support/near.ts';

interface Golden {
  readonly cases: Record<string, { returns: number[][]; results: Record<string, Overfitting> }>;
}
const { cases } = golden<Golden>('overfitting.json');

for (const [name, { returns, results }] of Object.entries(cases)) {
  for (const [blocks, expected] of Object.entries(results)) {
    test(`${name} in ${blocks} blocks: as plain loops over every split find it`, () => {
      const columns = returns.map(column => Float64Array.from(column));
      const found = probabilityOfOverfitting(columns, Math.floor(columns[0].length / Number(blocks)))!;
      assert.equal(found.blocks, Number(blocks));
      assert.equal(found.splits, expected.splits);
      for (const key of [
        'probability',
        'lossProbability',
        'meanLogit',
        'meanSharpeInSample',
        'meanSharpeOutOfSample',
        'slope',
      ] as const)
        near(found[key]!, expected[key]!, 1e-9);
    });
  }
}

/** Returns of trials that differ by luck alone, but for those that gain `edge` per bar. */
function trials(count: number, bars: number, edges: readonly number[] = []): Float64Array[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, (_, trial) =>
    Float64Array.from(
      { length: bars },
      () => (randomIndex(random, 2_001) - 1_000) / 100_000 + (edges[trial] ?? 0),
    ),
  );
}

test('by hand: two trials in four blocks', () => {
  // Ratios on two blocks each are known without a computer: the first trial gains in blocks 1 and 2, the second in 3 and 4.
  const first = Float64Array.of(1, 3, 1, 3, -1, -3, -1, -3);
  const second = first.map(value => -value);
  const found = probabilityOfOverfitting([first, second], 2)!;
  assert.deepEqual([found.trials, found.bars, found.blocks, found.splits], [2, 8, 4, 6]);
  // {1,2} and {3,4}: the winner loses everything it gained. The four mixed splits: all four ratios are 0, which ties.
  assert.deepEqual([found.probability, found.lossProbability], [1, 2 / 6]);
  near(found.meanLogit, (2 * Math.log(1 / 3 / (2 / 3))) / 6);
  near(found.slope!, -1);
});

test('the best of trials without skill comes out anywhere, one with skill nearly always on top', () => {
  const luck = probabilityOfOverfitting(trials(40, 3_000), 48)!;
  assert.deepEqual([luck.blocks, luck.splits], [16, 12_870]);
  assert.ok(luck.probability > 0.3 && luck.probability < 0.8, String(luck.probability));
  assert.ok(luck.meanSharpeInSample > 3 * Math.abs(luck.meanSharpeOutOfSample));
  const skill = probabilityOfOverfitting(trials(40, 3_000, [0, 0, 0.001]), 48)!;
  assert.ok(skill.probability < 0.01, String(skill.probability));
  assert.equal(skill.lossProbability, 0);
});

test('nothing is said of one trial, or of bars too few for four blocks', () => {
  assert.equal(probabilityOfOverfitting(trials(1, 1_000), 48), null);
  assert.equal(probabilityOfOverfitting([], 48), null);
  assert.equal(probabilityOfOverfitting(trials(3, 191), 48), null);
  assert.equal(probabilityOfOverfitting(trials(3, 192), 48)!.blocks, 4);
});

test('trials that never traded are ranked among the others, and never choose by chance of rounding', () => {
  const idle = [...trials(3, 1_000), new Float64Array(1_000), new Float64Array(1_000)];
  const found = probabilityOfOverfitting(idle, 48)!;
  assert.ok(Object.values(found).every(value => value === null || Number.isFinite(value)));
  const allIdle = probabilityOfOverfitting([new Float64Array(400), new Float64Array(400)], 48)!;
  assert.deepEqual([allIdle.probability, allIdle.meanLogit, allIdle.slope], [1, 0, null]);
});
