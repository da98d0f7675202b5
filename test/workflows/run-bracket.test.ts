import assert from 'node:assert/strict';
import test from 'node:test';
import { rankTrials, type Settings, type TrialRow } from '../../contracts/trials.ts';
import { planSearch } from '../../evaluation/search/plan.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import { runBracket } from '../../workflows/run-bracket.ts';
import { searchedRecipe } from '../evaluation/search/recipes.ts';
import { rowOf } from '../evaluation/search/trials.ts';

const RATE = 'train.params.learning_rate';
const LEAVES = 'train.params.num_leaves';

/** Best at 16 leaves and a rate of 0.05; more folds tell it more exactly. */
function planted(settings: Settings, folds: number): number {
  const leaves = Math.log2(settings[LEAVES] as number) - 4;
  const rate = Math.log10((settings[RATE] as number) / 0.05);
  const noise = Math.sin(1_000 * (leaves + rate)) * (0.5 / folds);
  return 1 - leaves * leaves - rate * rate + noise;
}

async function search(spec: Record<string, unknown>, atOnce = 3) {
  const space = {
    [LEAVES]: { low: 2, high: 256, integer: true, log: true, steps: 8 },
    [RATE]: { low: 0.001, high: 1, log: true, steps: 7 },
  };
  const recipe = searchedRecipe({ space, ...spec });
  const plan = planSearch(recipe, CATALOG);
  const widest = new Map<number, TrialRow>();
  let scorings = 0;
  let running = 0;
  let most = 0;
  for (const bracket of plan.brackets) {
    await runBracket(bracket, recipe.search.objective, atOnce, async (member, folds) => {
      most = Math.max(most, ++running);
      await new Promise(resolve => setImmediate(resolve));
      running--;
      scorings += folds;
      const settings = plan.settings[member];
      const row = rowOf(member + 1, planted(settings, folds), { settings, folds });
      widest.set(row.trial, row);
      return row;
    });
  }
  const [best] = rankTrials([...widest.values()], recipe.search.objective);
  return { best: best as TrialRow & { ok: true }, trials: plan.settings.length, scorings, most };
}

for (const [spec, atMost] of [
  [{ kind: 'random', trials: 40 }, 40],
  [{ kind: 'grid' }, 56],
  [{ kind: 'hyperband', trials: 60 }, 60],
] as const) {
  test(`a planted optimum is found by ${spec.kind} in at most ${atMost} trials`, async () => {
    const { best, trials } = await search(spec);
    assert.ok(trials <= atMost);
    assert.ok(best.score.value! > 0.8, `${best.score.value}: ${JSON.stringify(best.settings)}`);
  });
}

test('Hyperband looks at as many settings with far fewer folds, and its winner was scored on all', async () => {
  const hyperband = await search({ kind: 'hyperband', trials: 60 });
  assert.equal(hyperband.best.score.folds, 9);
  assert.ok(hyperband.scorings < (60 * 9) / 2, `${hyperband.scorings}`);
});

test('no more trials run at once than asked for, and how many do changes nothing', async () => {
  const one = await search({ kind: 'hyperband' }, 1);
  const many = await search({ kind: 'hyperband' }, 8);
  assert.deepEqual([one.most, many.most], [1, 8]);
  assert.deepEqual(many.best, one.best);
});

test('a trial that fails goes no further and holds up nobody', async () => {
  const bracket = {
    members: [0, 1, 2],
    rungs: [
      { trials: 3, folds: 1 },
      { trials: 2, folds: 3 },
    ],
  };
  const seen: string[] = [];
  await runBracket(bracket, 'mcc', 2, async (member, folds) => {
    seen.push(`${member}@${folds}`);
    const error = { code: 'TRAINING_FAILED', message: 'no' };
    return member === 0
      ? { trial: 1, settings: {}, ok: false, folds, error }
      : rowOf(member + 1, 0.1, { folds });
  });
  assert.deepEqual(seen.toSorted(), ['0@1', '1@1', '1@3', '2@1', '2@3']);
});

test('what is thrown is thrown when all that was begun has ended', async () => {
  const bracket = { members: [0, 1, 2, 3], rungs: [{ trials: 4, folds: 1 }] };
  const ended: number[] = [];
  const running = runBracket(bracket, 'mcc', 2, async member => {
    if (member === 0) throw new Error('cancelled');
    await new Promise(resolve => setTimeout(resolve, 20));
    ended.push(member);
    return rowOf(member + 1, 0);
  });
  await assert.rejects(running, /cancelled/);
  assert.deepEqual(ended, [1]);
});
