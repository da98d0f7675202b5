import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { DatasetFacts } from '../../activities/label-dataset.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { readDataset } from '../../datasets/dataset-file.ts';
import type { OpenRooms } from '../../host/compose.ts';
import { runActivity } from '../support/pipeline.ts';
import { recipeWith } from '../support/recipes.ts';
import { sampleRooms } from '../support/rooms.ts';

const DIRECTION = recipeWith({
  weights: { uniqueness: true },
  filter: { kind: 'robust-z', threshold: 6 },
  split: {
    train: 0.6,
    validation: 0.2,
    test: 0.2,
    folds: { kind: 'combinatorial', groups: 4, testGroups: 1 },
  },
});
const RETURN = recipeWith({ task: 'return', labels: { kind: 'forward-return', horizonBars: 24 } });

async function makeDataset(rooms: OpenRooms, recipe: Recipe) {
  const { exportSnapshot, labelDataset } = createTrainingActivities(rooms);
  const snapshot = await runActivity(exportSnapshot, { series: SAMPLE.series, recipe, asOfTime: null });
  const { artifact } = await runActivity(labelDataset, { snapshot: snapshot.artifact, recipe });
  const { folder, path, result } = await rooms.artifacts.load<DatasetFacts>(artifact);
  return {
    snapshot: snapshot.artifact,
    artifact,
    folder,
    report: result.report,
    dataset: await readDataset(path('dataset.arrow')),
  };
}

test('a dataset comes with a report that programs and people can read, the same each time', async t => {
  const [first, second] = await Promise.all([
    makeDataset(await sampleRooms(t), DIRECTION),
    makeDataset(await sampleRooms(t), { ...DIRECTION, name: 'another-name' }),
  ]);
  assert.equal(first.artifact.inputHash, second.artifact.inputHash);
  const read = (folder: string) =>
    Promise.all(['report.json', 'report.md', 'dataset.arrow'].map(file => readFile(join(folder, file))));
  const [json, markdown] = await read(first.folder);
  assert.deepEqual(await read(second.folder), await read(first.folder));

  const told = JSON.parse(json.toString());
  assert.equal(told.format, 'alphaloom.dataset-report/1');
  assert.deepEqual(told.blocks, first.report.blocks);
  assert.equal(told.filteredRows, first.report.filteredRows);
  assert.equal(told.folds.length, 4);
  assert.deepEqual(
    told.features.map(({ name }: { name: string }) => name),
    first.dataset.featureNames,
  );
  assert.equal(told.correlation.matrix[0][0], 1);
  assert.equal(told.quality.ok, true);
  const { upper, lower, time, both } = told.labels.decidedBy;
  assert.equal(upper + lower + time + both, told.blocks.train.rows);
  assert.deepEqual([lower, upper], [told.blocks.train.classes[0], told.blocks.train.classes[2]]);

  const text = markdown.toString();
  for (const section of ['Blocks', 'Labels', 'Drift', 'Correlation', 'Folds', 'Quality of the bars', 'Audit'])
    assert.match(text, new RegExp(`^## ${section}$`, 'm'));
  assert.match(text, /On spot only LONG opens a position: [\d.]+ % of the rows\./);
  assert.match(text, new RegExp(`${first.report.filteredRows} training rows were left out as outliers`));
  assert.doesNotMatch(text, /NaN|undefined|\[object/);
});

test('the number to learn is in the dataset of the task return, which an estimator that can’t learn it refuses by name', async t => {
  const rooms = await sampleRooms(t);
  const { snapshot, artifact, folder, dataset, report } = await makeDataset(rooms, RETURN);
  assert.equal(dataset.weight, undefined);
  for (const [row, label] of dataset.label.entries())
    assert.equal(Number.isNaN(dataset.target![row]), label === -1);
  assert.deepEqual(report.blocks.train.classes, []);
  const { fitModel } = createTrainingActivities(rooms);
  const train = { ...RETURN.train, estimator: 'ppo' };
  await assert.rejects(
    runActivity(fitModel, { snapshot, dataset: artifact, recipe: { ...RETURN, train } }),
    (error: Error) => {
      assert.match(error.message, /task return, only direction3; its dataset is made \(report: .*\)/);
      assert.ok(error.message.includes(join(folder, 'report.md')));
      return true;
    },
  );
});
