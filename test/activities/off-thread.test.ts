import assert from 'node:assert/strict';
import test from 'node:test';
import { offThread } from '../../activities/off-thread.ts';
import { buildDataset } from '../../datasets/dataset.ts';
import { scoreCandidate } from '../../evaluation/score-candidate.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { population, scoreInput, walk } from '../evaluation/facts.ts';
import { recipeWith } from '../support/recipes.ts';

const NEVER = new AbortController().signal;
const TRAINED = Int32Array.from({ length: 400 }, (_, bar) => bar);

test('a pure function answers the same in a thread of its own', async () => {
  const input = scoreInput(population(2_000, 0.3));
  assert.deepEqual(
    await offThread('scoreCandidate', [input, TRAINED], NEVER),
    scoreCandidate(input, TRAINED),
  );
  const [candles, recipe] = [walk(3_000), recipeWith()];
  assert.deepEqual(
    await offThread('buildDataset', [candles, '1h', recipe, 1], NEVER),
    buildDataset(candles, '1h', recipe, CATALOG, 1),
  );
});

test('this thread goes on while the other computes', async () => {
  const input = scoreInput(population(20_000, 0.3));
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await offThread('scoreCandidate', [input, TRAINED], NEVER);
  clearInterval(timer);
  assert.ok(turns > 5, `${turns} turns`);
});

test('an abort ends the thread, before it starts or while it computes', async () => {
  await assert.rejects(offThread('scoreCandidate', [scoreInput(), TRAINED], AbortSignal.abort()), {
    code: 'TRAINING_CANCELLED',
  });
  const abort = new AbortController();
  const work = offThread('scoreCandidate', [scoreInput(population(50_000, 0.3)), TRAINED], abort.signal);
  setTimeout(() => abort.abort(), 100);
  await assert.rejects(work, { code: 'TRAINING_CANCELLED' });
});

test('an error keeps its code and details', async () => {
  await assert.rejects(offThread('buildDataset', [walk(20), '1h', recipeWith(), 1], NEVER), error => {
    assert.equal((error as { code: string }).code, 'CANDLES_TOO_FEW');
    assert.equal((error as { details: { bars: number } }).details.bars, 20);
    return true;
  });
});
