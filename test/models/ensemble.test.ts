import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { TrainSpec } from '../../contracts/recipe.ts';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { averagingShares, mixtureShares } from '../../models/ensembles/shares.ts';
import { estimatorOf, parseTrain } from '../../models/estimators/index.ts';
import { modelFile } from '../../models/onnx/model-file.ts';
import { checkParity } from '../../models/onnx/parity.ts';
import { openSession } from '../../models/onnx/session.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { rowMajor } from '../support/matrix.ts';
import { recipeWith } from '../support/recipes.ts';
import { temporaryHome } from '../support/temporary-home.ts';
import { CLASSES, contractOf, generator, learnableDataset, windowsOf } from './fixtures.ts';

const FEATURES = 4;
const dataset = learnableDataset(1_500, FEATURES);
const WINDOWS = windowsOf(rowMajor(dataset), FEATURES);
const libraries = { lightgbm: lightgbmLibrary() };
const GOOD = { rounds: 30, min_data_in_leaf: 20, learning_rate: 0.1 };
/** One round of stumps: hardly better than the class shares. */
const WEAK = { rounds: 1, num_leaves: 2, learning_rate: 0.001 };

function ensemble(...members: NonNullable<TrainSpec['members']>): TrainSpec {
  return recipeWith({ train: { estimator: 'ensemble', members } }).train;
}
const TWO = ensemble(
  { estimator: 'lightgbm', params: GOOD },
  { estimator: 'lightgbm', seed: 9, params: { ...GOOD, num_leaves: 4 } },
);

async function fit(
  t: TestContext,
  train: TrainSpec,
  changes: { workFolder?: string; signal?: AbortSignal } = {},
) {
  const folder = await temporaryHome(t);
  const summary = await estimatorOf(train).fit({
    ...({ dataset, task: 'direction3', classes: CLASSES, train, folder, libraries } as const),
    ...{ workFolder: join(await temporaryHome(t), 'work'), signal: new AbortController().signal },
    onProgress: () => {},
    ...changes,
  });
  return { folder, summary };
}

for (const method of ['vote', 'mean', 'stack'])
  test(`members combined by ${method} are one ONNX graph that answers as they do together`, async t => {
    const train = { ...TWO, params: { method } };
    const { folder, summary } = await fit(t, train);
    const estimator = estimatorOf(train);
    const contract = contractOf(FEATURES);
    const session = await openSession(
      modelFile(await estimator.scoreGraph(folder, contract), contract, noCalibration(3)),
    );
    t.after(() => session.dispose());
    assert.equal(session.info.operators.filter(name => name === 'TreeEnsembleRegressor').length, 1);
    const own = calibrate(await estimator.scores(folder, WINDOWS, libraries), noCalibration(3));
    const { maxDifference } = await checkParity(session, own, WINDOWS, estimator.parityTolerance);
    assert.ok(maxDifference < 1e-6);
    assert.ok(summary.bestLoss < 0.9 * Math.log(3));
  });

test('trees on the last bar and a net on four bars are one graph over four bars', async t => {
  const train = ensemble(
    { estimator: 'lightgbm', params: GOOD },
    { estimator: 'mlp', params: { steps: 4, units: 8, epochs: 3, batch_size: 128 } },
  );
  const { folder } = await fit(t, train);
  const estimator = estimatorOf(train);
  const windows = { ...WINDOWS, ends: WINDOWS.ends.slice(3), steps: 4 };
  const contract = { ...contractOf(FEATURES), steps: 4 };
  const file = modelFile(await estimator.scoreGraph(folder, contract), contract, noCalibration(3));
  const session = await openSession(file);
  t.after(() => session.dispose());
  const own = calibrate(await estimator.scores(folder, windows, libraries), noCalibration(3));
  await checkParity(session, own, windows, estimator.parityTolerance);
  assert.equal(session.info.steps, 4);
});

test('a member that knows little gets little, and the mixture is no worse than its best member', async t => {
  const train = ensemble({ estimator: 'lightgbm', params: WEAK }, { estimator: 'lightgbm', params: GOOD });
  const { folder, summary } = await fit(t, train);
  const { combination, memberLosses } = JSON.parse(await readFile(join(folder, 'ensemble.json'), 'utf8'));
  assert.ok(combination.shares[1] > 0.9, `${combination.shares}`);
  assert.ok(summary.bestLoss <= memberLosses[1] + 1e-9 && memberLosses[1] < memberLosses[0]);
  const importance = (await estimatorOf(train).importance(folder))!;
  assert.ok(Math.abs(importance.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
});

test('a member that was fitted before the process was killed is not fitted again', async t => {
  const workFolder = join(await temporaryHome(t), 'work');
  const undisturbed = await fit(t, TWO);
  await fit(t, TWO, { workFolder });
  await mkdir(join(workFolder, 'member-1.fitting'), { recursive: true });
  await writeFile(join(workFolder, 'member-1.fitting', 'half'), 'of it');
  const again = await fit(t, TWO, { workFolder, signal: new AbortController().signal });
  assert.deepEqual((await readdir(again.folder)).sort(), (await readdir(undisturbed.folder)).sort());
  assert.deepEqual(again.summary, undisturbed.summary);
});

test('cancelling ends the member under way', async t => {
  await assert.rejects(fit(t, TWO, { signal: AbortSignal.abort() }), { code: 'TRAINING_CANCELLED' });
});

test('members’ mistakes are told at their place; an ensemble has members and nothing else does', () => {
  const parse = (train: TrainSpec) => parseTrain({ train, task: 'direction3' });
  const wrong = ensemble(
    { estimator: 'lightgbm', params: {} },
    { estimator: 'lightgbm', params: { rounds: 0 } },
  );
  assert.throws(() => parse(wrong), { code: 'RECIPE_INVALID', message: /train\.members\.1\.params\.rounds/ });
  const unknown = ensemble({ estimator: 'lightgbm', params: {} }, { estimator: 'ensemble', params: {} });
  assert.throws(() => parse(unknown), { message: /train\.members\.1\.estimator must be one of lightgbm/ });
  assert.throws(() => parse({ ...TWO, members: undefined }), { message: /needs two to ten members/ });
  assert.throws(() => parse({ ...TWO, estimator: 'lightgbm' }), {
    message: /only the estimator ensemble has members/,
  });
  assert.throws(() => parse({ ...TWO, params: { method: 'loudest' } }), { message: /train\.params\.method/ });
  assert.throws(
    () => recipeWith({ train: { estimator: 'ensemble', members: [{ estimator: 'lightgbm' }] } }),
    {
      code: 'RECIPE_INVALID',
      message: /members/,
    },
  );
});

test('weights of a mixture are those of the likeliest one', () => {
  const random = generator(5);
  const sharp = Float64Array.from({ length: 4_000 }, () => (random() < 0.7 ? 0.9 : 0.02));
  const flat = new Float64Array(4_000).fill(0.4);
  const [first, second] = mixtureShares([sharp, flat], new Float64Array(4_000).fill(1));
  const likelihood = (w: number) =>
    sharp.reduce((sum, p, row) => sum + Math.log(w * p + (1 - w) * flat[row]), 0);
  assert.ok(Math.abs(first + second - 1) < 1e-12);
  for (const step of [-0.01, 0.01]) assert.ok(likelihood(first) > likelihood(first + step));
});

test('weights of a mean are those of the least squared error on the simplex', () => {
  const random = generator(6);
  const truth = Float64Array.from({ length: 3_000 }, () => random() - 0.5);
  const noisy = (size: number) => truth.map(value => value + size * (random() - 0.5));
  const answers = [noisy(1), noisy(2), noisy(8)];
  const weights = averagingShares(answers, truth, new Float64Array(3_000).fill(1));
  // Independent errors: shares as the inverse variances, 64 : 16 : 1.
  for (const [m, share] of [64, 16, 1].entries())
    assert.ok(Math.abs(weights[m] - share / 81) < 0.02, `${weights}`);
});
