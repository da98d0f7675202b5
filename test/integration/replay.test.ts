import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { SearchedRecipe } from '../../contracts/search.ts';
import { seriesId } from '../../contracts/series.ts';
import { foldSchema } from '../../contracts/split.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { replayHistories } from '../../workers/replay.ts';
import { fetchHistory, recordedHistories, recordHistory } from '../support/histories.ts';
import { startCluster } from '../support/temporal.ts';

const TIMEOUT = { timeout: 240_000 };

test('every recorded history of every workflow replays on today’s code', TIMEOUT, async () => {
  const histories = await recordedHistories();
  for (const workflow of Object.keys(await import('../../workflows/index.ts'))) {
    assert.ok(
      histories.some(({ file }) => file.includes(workflow)),
      `${workflow} is among them`,
    );
  }
  assert.equal(await replayHistories(histories), histories.length);
});

test('a history that today’s code would not have made is refused by name', TIMEOUT, async () => {
  const [{ workflowId, history }] = (await recordedHistories()).filter(recorded =>
    recorded.file.includes('trainModel'),
  );
  const scheduled = history.events?.find(event => event.activityTaskScheduledEventAttributes);
  scheduled!.activityTaskScheduledEventAttributes!.activityType = { name: 'someOtherStep' };
  await assert.rejects(replayHistories([{ workflowId, history }]), {
    code: 'HISTORY_INCOMPATIBLE',
    message: new RegExp(workflowId),
  });
});

test('histories made just now replay', TIMEOUT, async t => {
  const home = await startCluster(t);
  await home.startWorker('registry', 'training');
  const { orchestrator, temporal } = home;
  const recipes = [await loadRecipe('gbdt-core15', []), await loadRecipe('gbdt-rsi', [])];
  const inputs = recipes.map(recipe => ({
    series: SAMPLE.series,
    recipe,
    asOfTime: null,
    offer: true,
    actor: 'test',
  }));
  const { workflowId: trainingId } = await orchestrator.startTraining(inputs[0]);
  await orchestrator.awaitTraining(trainingId);
  const items = inputs.map((input, index) => ({ workflowId: `train/replay/${index}`, input }));
  const { workflowId: fleetId } = await orchestrator.startFleet({ items, maxWorkers: 1 });
  await orchestrator.awaitFleet(fleetId);
  for (const [index, message] of (['promote', 'rollback', 'pause', 'resume'] as const).entries()) {
    const version = message === 'promote' ? { version: 2 } : {};
    await orchestrator.askLifecycle(SAMPLE.series, message, {
      ...version,
      reason: 'test',
      operationId: `operation-${index}`,
    } as never);
  }
  const search = { kind: 'random', trials: 1, space: { 'train.params.num_leaves': { choices: [2, 4] } } };
  const searched = await loadRecipe('gbdt-core15', [], {
    search,
    'train.params.rounds': 10,
    'split.folds': { kind: 'walk-forward', folds: 2 },
  });
  const { workflowId: searchId } = await orchestrator.startSearch({
    ...inputs[0],
    recipe: searched as SearchedRecipe,
    maxWorkers: 1,
  });
  await orchestrator.awaitSearch(searchId);
  const { workflowId: evaluationId } = await orchestrator.startEvaluation({
    series: SAMPLE.series,
    recipe: await loadRecipe('gbdt-core15', [], { 'train.params.rounds': 10 }),
    folds: foldSchema.parse({ kind: 'walk-forward', folds: 3 }),
    asOfTime: null,
    actor: 'test',
    maxWorkers: 2,
  });
  await orchestrator.awaitEvaluation(evaluationId);
  const histories = [];
  for (const [name, workflowId] of Object.entries({
    trainModel: trainingId,
    trainFleet: fleetId,
    modelLifecycle: `model/${seriesId(SAMPLE.series)}`,
    searchRecipe: searchId,
    runTrial: `${searchId}/1-2`,
    evaluateRecipe: evaluationId,
  })) {
    const history = await fetchHistory(temporal.client, workflowId);
    histories.push({ workflowId, history });
    // Set by hand when a change to a workflow deserves a new recording beside the old ones.
    const when = process.env.ALPHALOOM_RECORD_HISTORIES;
    if (when) await recordHistory(`${when}-${name}`, history);
  }
  assert.equal(await replayHistories(histories), 6);
});
