import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import { searchFolds } from '../contracts/search.ts';
import { type TrialInput, type TrialScore, trialRecipe } from '../contracts/trials.ts';
import { readDataset } from '../datasets/dataset-file.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { historyBeforeTest } from '../evaluation/history.ts';
import { trialScore } from '../evaluation/search/trial-score.ts';
import { walkForward } from '../evaluation/walk-forward.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE, type SnapshotFacts } from './export-snapshot.ts';
import { DATASET_FILE, type DatasetFacts } from './label-dataset.ts';
import { offThread } from './off-thread.ts';
import { foldHash, foldPredictor } from './predict-fold.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';
import { configurationOf, logTrial } from './trial-log.ts';

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
      const { trades: _, netReturns: _returns, ...told } = score;
      const document = { settings, folds: record.folds, ...told };
      await writeFile(join(folder, SCORE_FILE), `${JSON.stringify(document, null, 2)}\n`);
      return trialScore(score, input.folds, objective);
    });
    const { artifact, cached, result: score } = saved;
    const record = { recipe: recipe.name, settings, configuration: configurationOf(recipe), objective };
    await logTrial(rooms.registry, series, { ...record, score, artifact }, actor);
    return { artifact, cached, score, summary: `${objective} ${score.value?.toFixed(4) ?? 'none'}` };
  });
}
