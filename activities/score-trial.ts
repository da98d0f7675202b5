import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import { searchFolds } from '../contracts/search.ts';
import { type TrialInput, type TrialScore, trialRecipe } from '../contracts/trials.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { walkForward } from '../evaluation/folds/walk-forward.ts';
import { historyBeforeTest } from '../evaluation/history.ts';
import { trialScore } from '../evaluation/search/trial-score.ts';
import { readColumns, writeColumns } from '../storage/arrow/column-file.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { DATASET_FILE, type DatasetFacts } from './label-dataset.ts';
import { offThread } from './off-thread.ts';
import { foldHash, foldPredictor } from './predict-fold.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';
import { configurationOf, logTrial } from './trial-log.ts';

/** Net returns per bar of the backtest of the joined predictions, from the bar that its metadata names. */
const RETURNS_FILE = 'returns.arrow';

/** Metrics with intervals and the backtest of the joined predictions, and the folds they come from. */
const SCORE_FILE = 'score.json';

type Input = TrialInput & { readonly dataset: ArtifactRef };

/**
 * Scores one trial out of fold on the newest folds before the test block, which it never reads, and leaves it in the
 * registry's history.
 */
export function scoreTrial(rooms: Rooms) {
  return asStep(async (input: Input, running) => {
    const { series, snapshot, dataset, settings, ground, actor } = input;
    const { objective } = input.recipe.search;
    const recipe = trialRecipe(input.recipe, settings);
    const spec = searchFolds(input.recipe);
    const folds = { dataset, recipe, spec, ground };
    const inputs = {
      folds: await foldHash(rooms, folds),
      newest: input.folds,
      objective,
      labels: recipe.labels,
      costs: recipe.costs,
      bootstrap: [recipe.gate.bootstrapDraws, recipe.gate.bootstrapSeed],
      code: STEP_VERSIONS.trial,
    };
    const saved = await rooms.artifacts.save<TrialScore>('trial', inputs as unknown as Json, async folder => {
      const { path, result } = await rooms.artifacts.load<DatasetFacts>(dataset);
      const frozen = await rooms.artifacts.load<SnapshotFacts>(snapshot);
      const history = historyBeforeTest(
        await readDataset(path(DATASET_FILE)),
        await readSnapshot(frozen.path(SNAPSHOT_FILE)),
        result.report.embargoBars,
        ground,
      );
      const { marketKind } = frozen.result;
      const predict = await foldPredictor(rooms, folds, history, marketKind, running);
      const record = await walkForward(history, recipe, spec, input.folds, predict);
      const score = await offThread(
        'scoreOutOfFold',
        [record, history.candles, recipe, marketKind],
        running.signal,
      );
      const { trades: _, netReturns, ...told } = score;
      const document = { settings, folds: record.folds, ...told };
      await writeFile(join(folder, SCORE_FILE), `${JSON.stringify(document, null, 2)}\n`);
      await writeReturns(join(folder, RETURNS_FILE), { fromBar: record.bar[0], netReturns });
      return trialScore(score, input.folds, objective);
    });
    const { artifact, cached, result: score } = saved;
    const record = { recipe: recipe.name, settings, configuration: configurationOf(recipe), objective };
    await logTrial(rooms.registry, series, { ...record, score, artifact }, actor);
    return { artifact, cached, score, summary: `${objective} ${score.value?.toFixed(4) ?? 'none'}` };
  });
}

/** What a trial earned in each bar. */
export interface TrialReturns {
  /** Bar of the snapshot that the first return belongs to. */
  readonly fromBar: number;
  /** Simple returns after costs. */
  readonly netReturns: Float64Array;
}

async function writeReturns(path: string, { fromBar, netReturns }: TrialReturns): Promise<void> {
  const metadata = new Map([
    ['format', 'alphaloom.returns/1'],
    ['fromBar', String(fromBar)],
  ]);
  await writeColumns(path, { columns: new Map([['net_return', netReturns]]), metadata });
}

export async function readReturns(artifacts: ArtifactStore, trial: ArtifactRef): Promise<TrialReturns> {
  const { path } = await artifacts.load(trial);
  const { columns, metadata } = await readColumns(path(RETURNS_FILE));
  return {
    fromBar: Number(metadata.get('fromBar')),
    netReturns: columns.get('net_return') as Float64Array,
  };
}
