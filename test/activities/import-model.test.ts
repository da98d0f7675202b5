import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { SAMPLE_FILE } from '../../activities/import-model.ts';
import { createRegistryActivities } from '../../activities/registry-activities.ts';
import type { Rooms } from '../../activities/rooms.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { seriesId } from '../../contracts/series.ts';
import type { ImportedModel } from '../../contracts/training.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { PACKAGE_FILES, readPackage } from '../../inference/package.ts';
import { ORIGINAL_FILE } from '../../models/import/import-files.ts';
import type { Sample } from '../../models/import/sample.ts';
import { golden, type PackedArray, unpackFloat32, unpackFloat64 } from '../support/golden.ts';
import { runActivity, trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';

const LONG_AGO = Date.UTC(2000, 0, 1);

test('a boosting of scikit-learn and a net of PyTorch are judged, registered and served as what was trained here', async t => {
  const rooms = await sampleRooms(t);
  const cases: [string, number, Partial<ImportedModel['options']>][] = [
    ['sklearn-boosting.onnx', 1, {}],
    ['torch-script.onnx', 8, { logits: true }],
  ];
  for (const [at, [file, steps, options]] of cases.entries()) {
    const imported = await givenModel(rooms, file, options, sampleOf(file), LONG_AGO);
    const { registered, model, fit } = await importInProcess(rooms, imported, steps);
    assert.match(
      fit.summary,
      /^\S+\.onnx, sha256 [0-9a-f]{12}…; columns \w+, \w+, \w+ .*; within \d\.\de-\d+ of its sample of \d+ rows$/,
    );
    assert.match(model.summary, /parity \d\.\de-\d+/);
    const version = await rooms.registry.get(seriesId(SAMPLE.series), registered.version);
    assert.deepEqual([version.version, version.origin], [at + 1, 'imported']);
    const { meta } = await readPackage(rooms.artifacts, version);
    assert.deepEqual(meta.imported, imported.origin);
    assert.equal(meta.madeWith.importedFile, file);
    assert.equal(meta.madeWith.importedSha256, imported.origin.sha256);
    assert.equal(meta.steps, steps);
    const { reproduceVersion } = createTrainingActivities(rooms);
    const again = await runActivity(reproduceVersion, { series: SAMPLE.series, version: at + 1 });
    const kept = again.steps.filter(row => row.kept).map(({ step }) => step);
    assert.deepEqual([again.identical, kept], [true, ['snapshot', 'fit']]);
  }
  await rooms.registry.moveChampion({
    operationId: 'test',
    series: seriesId(SAMPLE.series),
    ...{ from: null, to: 2, kind: 'promote', actor: 'test', reason: 'test' },
  });
  const prediction = await rooms.predictor.predict(SAMPLE.series);
  assert.equal(prediction.model_version, 'v2');
  assert.equal(prediction.source, 'ML_PER_COIN_V1');
});

test('the same import is cached', async t => {
  const rooms = await sampleRooms(t);
  const imported = await givenModel(rooms, 'sklearn-logistic.onnx', {}, null, null);
  const first = await importInProcess(rooms, imported, 1);
  assert.match(first.fit.summary, /no sample given/);
  const again = await importInProcess(rooms, imported, 1);
  assert.deepEqual([again.fit.cached, again.model.cached, again.registered.cached], [true, true, true]);
});

test('even with an edge, a version is tradable only if its training is said to have ended before the test', async t => {
  const rooms = await sampleRooms(t);
  for (const [trainedThroughTime, tradable] of [
    [null, false],
    [LONG_AGO, true],
  ] as const) {
    const imported = await givenModel(rooms, 'sklearn-logistic.onnx', {}, null, trainedThroughTime);
    const { made, evidence } = await importInProcess(rooms, imported, 1);
    const { path } = await rooms.artifacts.load(evidence.artifact);
    const metrics = JSON.parse(await readFile(path(PACKAGE_FILES.metrics), 'utf8'));
    const edge = await rooms.artifacts.save('evidence', { edge: made.model.inputHash }, async folder => {
      const text = JSON.stringify({ ...metrics, tradable: true });
      await writeFile(join(folder, PACKAGE_FILES.metrics), text);
      return { latencyMs: 1 };
    });
    const registered = await runActivity(createRegistryActivities(rooms).registerVersion, {
      ...{ series: SAMPLE.series, recipe: await recipeFor(1), actor: 'test' },
      ...made,
      evidence: edge.artifact,
    });
    assert.equal(registered.tradable, tradable);
  }
});

test('a model that was trained on its test block is refused', async t => {
  const rooms = await sampleRooms(t);
  const imported = await givenModel(rooms, 'sklearn-logistic.onnx', {}, null, Date.UTC(2100, 0, 1));
  await assert.rejects(importInProcess(rooms, imported, 1), {
    type: 'MODEL_SAW_TEST',
    message: /trained through 2100-01-01T.* test block begins at/,
  });
});

test('a sample that the model does not answer as said is refused, and so is one of another shape', async t => {
  const rooms = await sampleRooms(t);
  const sample = sampleOf('sklearn-boosting.onnx');
  const wrong = { ...sample, expected: sample.expected.map(() => [0.2, 0.3, 0.5]) };
  const short = { ...sample, x: sample.x.map(row => row.slice(0, 3)) };
  const cases: [Sample, RegExp][] = [
    [wrong, /differs from its sample by up to 0\.\d+ .*--classes.*--logits/],
    [short, /a row of x has 3 values instead of 1 × 4/],
  ];
  for (const [given, message] of cases) {
    const imported = await givenModel(rooms, 'sklearn-boosting.onnx', {}, given, LONG_AGO);
    await assert.rejects(importInProcess(rooms, imported, 1), { type: 'SAMPLE_INVALID', message });
  }
});

test('what was imported can’t be trained again here', async t => {
  const rooms = await sampleRooms(t);
  await assert.rejects(trainInProcess(rooms, SAMPLE.series, await recipeFor(1)), {
    type: 'MODEL_UNSUPPORTED',
    message: /Train it where it was made/,
  });
});

async function recipeFor(steps: number): Promise<Recipe> {
  const recipe = await loadRecipe('gbdt-boll4', []);
  return {
    ...recipe,
    train: { ...recipe.train, estimator: 'imported', classWeights: 'none', params: { steps } },
  };
}

async function givenModel(
  { artifacts }: Pick<Rooms, 'artifacts'>,
  file: string,
  options: Partial<ImportedModel['options']>,
  sample: Sample | null,
  trainedThroughTime: number | null,
): Promise<ImportedModel> {
  const bytes = await readFile(join(import.meta.dirname, '../golden/onnx', file));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { artifact } = await artifacts.save(
    'import',
    { sha256, sample: JSON.stringify(sample) },
    async folder => {
      await writeFile(join(folder, ORIGINAL_FILE), bytes);
      if (sample) await writeFile(join(folder, SAMPLE_FILE), JSON.stringify(sample));
      return null;
    },
  );
  return {
    source: artifact,
    origin: { file, sha256, trainedThroughTime },
    options: { logits: false, steps: null, classes: null, output: null, ...options },
  };
}

async function importInProcess(rooms: Rooms, imported: ImportedModel, steps: number) {
  const { series } = SAMPLE;
  const recipe = await recipeFor(steps);
  const training = createTrainingActivities(rooms);
  const snapshot = await runActivity(training.exportSnapshot, { series, recipe, asOfTime: null });
  const dataset = await runActivity(training.labelDataset, { snapshot: snapshot.artifact, recipe });
  const fit = await runActivity(training.importModel, { dataset: dataset.artifact, recipe, imported });
  const made = { snapshot: snapshot.artifact, dataset: dataset.artifact, fit: fit.artifact };
  const model = await runActivity(training.quantizeModel, { ...made, recipe });
  const all = { ...made, model: model.artifact };
  const judged = { series, recipe, ...all };
  const evidence = await runActivity(training.validateModel, judged);
  const registered = await runActivity(createRegistryActivities(rooms).registerVersion, {
    ...judged,
    actor: 'test',
    evidence: evidence.artifact,
  });
  return { fit, model, evidence, registered, made: all };
}

interface Golden {
  readonly cases: readonly { file: string; steps: number; x: PackedArray; expected: PackedArray }[];
}

/** The golden answers, in the columns of the file's own output: by the alphabet where labels are text. */
function sampleOf(file: string): Sample {
  const { steps, x, expected } = golden<Golden>('imported_models.json').cases.find(one => one.file === file)!;
  const order = file.startsWith('sklearn') ? [2, 1, 0] : [0, 1, 2];
  const rows = (values: ArrayLike<number>, width: number) =>
    Array.from({ length: values.length / width }, (_, row) =>
      Array.from({ length: width }, (_, at) => values[row * width + at]),
    );
  return {
    x: rows(unpackFloat32(x), steps * 4),
    expected: rows(unpackFloat64(expected), 3).map(row => order.map(column => row[column])),
  };
}
