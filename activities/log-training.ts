import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import { sliceCandles } from '../contracts/candles.ts';
import { decideClasses, decidedProbabilities } from '../contracts/decision.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { Settings, TrialScore } from '../contracts/trials.ts';
import { blockRows, rowsOfBlock } from '../datasets/block-rows.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { reversionSides } from '../datasets/labels/sigma-reversion.ts';
import { volatilityOf, volatilityPerBar } from '../datasets/labels/volatility.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { scoreBriefly } from '../evaluation/brief-score.ts';
import { type TrialsSoFar, trialsSoFar } from '../evaluation/sharpe-evidence.ts';
import { decidedLabels } from '../evaluation/truth.ts';
import { readModelBytes } from '../models/onnx/reader.ts';
import { runRows } from '../models/onnx/row-chunks.ts';
import { openSession } from '../models/onnx/session.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { DATASET_FILE } from './label-dataset.ts';
import { MODEL_FILE, type ModelFacts } from './quantize-model.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';
import { configurationOf, logTrial, readTrials } from './trial-log.ts';

const SCORE_FILE = 'score.json';

/** A model that was trained, and by whom. */
export interface TrainedModel {
  readonly series: Series;
  readonly recipe: Recipe;
  readonly snapshot: ArtifactRef;
  readonly dataset: ArtifactRef;
  readonly model: ArtifactRef;
  /** Missing where a workflow of an earlier version asks, as are the values that were changed in the recipe. */
  readonly actor?: string;
  readonly changes?: Settings;
}

/**
 * Logs a training as a trial of its series, scored on its validation rows: the test block is for the gate alone. The same
 * training is one trial, however often it is asked for.
 * @returns its score, and what had been tried by then, this training included; asked again, the same as the first time
 */
export async function logTraining(
  rooms: Rooms,
  trained: TrainedModel,
): Promise<{ readonly trial: ArtifactRef; readonly tried: TrialsSoFar }> {
  const { series, recipe, model, dataset, actor = 'training', changes = {} } = trained;
  const { result: exported } = await rooms.artifacts.load<ModelFacts>(model);
  const inputs = {
    series: seriesId(series),
    model: model.inputHash,
    dataset: dataset.inputHash,
    configuration: configurationOf(recipe, exported.imported?.sha256),
    labels: recipe.labels,
    costs: recipe.costs,
    code: STEP_VERSIONS.trial,
  };
  const { artifact, result: score } = await rooms.artifacts.save<TrialScore>(
    'trial',
    inputs as unknown as Json,
    async folder => {
      const found = await scoreValidation(rooms, trained);
      await writeFile(join(folder, SCORE_FILE), `${JSON.stringify(found, null, 2)}\n`);
      return found;
    },
  );
  const { configuration } = inputs;
  const about = { recipe: recipe.name, settings: changes, configuration, objective: 'mcc' } as const;
  await logTrial(rooms.registry, series, { origin: 'training', ...about, score, artifact }, actor);
  const records = await readTrials(rooms.registry, series);
  const own = records.findIndex(record => record.artifact.inputHash === artifact.inputHash);
  return { trial: artifact, tried: trialsSoFar(records.slice(0, own + 1)) };
}

/** By the file that would serve, as the test block is judged; bars of the test block are cut off. */
async function scoreValidation({ artifacts }: Rooms, { recipe, ...refs }: TrainedModel): Promise<TrialScore> {
  const snapshot = await artifacts.load<SnapshotFacts>(refs.snapshot);
  const labelled = await artifacts.load(refs.dataset);
  const model = await artifacts.load<ModelFacts>(refs.model);
  const { decision, chosen } = model.result;
  const { task, labels } = recipe;
  const bytes = await readModelBytes(model.path(MODEL_FILE), { maxBytes: chosen.bytes });
  const whole = await readDataset(labelled.path(DATASET_FILE));
  const [testRow] = rowsOfBlock(whole, 'test');
  const candles = sliceCandles(await readSnapshot(snapshot.path(SNAPSHOT_FILE)), 0, whole.bar[testRow]);
  const session = await openSession(bytes);
  try {
    const rows = blockRows(whole, 'validation', session.info.steps);
    const probabilities = decidedProbabilities(task, await runRows(session, rows.windows), decision);
    // A second at most, even of millions of bars: no thread is worth it.
    const score = scoreBriefly({
      task,
      probabilities,
      predicted: decideClasses(task, probabilities, decision),
      label: decidedLabels(task, rows, decision),
      bar: rows.bar,
      signalSides: labels.kind === 'sigma-reversion' ? reversionSides(candles, labels) : null,
      candles,
      atr: volatilityPerBar(candles, volatilityOf(labels)),
      recipe,
      market: snapshot.result.marketKind,
    });
    return {
      value: score.mcc,
      folds: 0,
      rows: score.rows,
      mcc: { value: score.mcc, low: null, high: null },
      directionalAuc: { value: score.directionalAuc, low: null, high: null },
      logLoss: score.logLoss,
      trades: score.trades,
      netReturn: score.netReturn,
      sharpePerBar: score.sharpePerBar,
    };
  } finally {
    await session.dispose();
  }
}
