import {
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { TrainingActivities } from '../activities/training-activities.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import type { EvaluationInput, EvaluationProgress, EvaluationResult } from '../contracts/evaluation.ts';
import { siblingQueue } from '../contracts/queues.ts';
import { seriesId } from '../contracts/series.ts';
import { foldCount } from '../contracts/split.ts';
import { ACTIVITY_OPTIONS, type KindOfWork } from './activity-options.ts';
import { forEachBounded } from './bounded.ts';
import { tagRecipe, tagSeries } from './search-attributes.ts';

const evaluationProgress = defineQuery<EvaluationProgress>('progress');

/** Retrains a recipe fold by fold, `maxWorkers` at once, and scores what the models say of rows that they had not seen. */
export async function evaluateRecipe(input: EvaluationInput): Promise<EvaluationResult> {
  const { series, recipe, changes, folds: spec, asOfTime, actor, maxWorkers } = input;
  const story = followEvaluation(input);
  tagSeries(series);
  tagRecipe(recipe.name);

  const { artifact: snapshot } = await training('compute', `${seriesId(series)} bars`).exportSnapshot({
    series,
    recipe,
    asOfTime,
  });
  const { artifact: dataset } = await training('compute', 'features, labels and blocks').labelDataset({
    snapshot,
    recipe,
  });
  const count = foldCount(spec);
  const folds: ArtifactRef[] = [];
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  story.tell({ stage: 'fitting' });
  await forEachBounded(numbers, maxWorkers, async (fold, at) => {
    const made = await training('fit', `fold ${fold} of ${count}`).evaluateFold({
      recipe,
      spec,
      snapshot,
      dataset,
      fold,
    });
    folds[at] = made.artifact;
    story.foldDone();
  });

  story.tell({ stage: 'scoring' });
  const { evaluation, sharpe, artifact, cached } = await training(
    'compute',
    'score out of fold',
  ).concludeEvaluation({ series, recipe, changes, spec, snapshot, dataset, folds, actor });
  return { ...evaluation, sharpe, artifact, cached };
}

function training(kind: KindOfWork, summary: string) {
  const taskQueue = siblingQueue(workflowInfo().taskQueue, 'training');
  return proxyActivities<TrainingActivities>({ ...ACTIVITY_OPTIONS[kind], taskQueue, summary });
}

/** Keeps the query `progress` and the Temporal UI's details up to date. */
function followEvaluation({ series, recipe, folds }: EvaluationInput) {
  let progress: EvaluationProgress = {
    series: seriesId(series),
    stage: 'preparing',
    total: foldCount(folds),
    done: 0,
  };
  const tell = (changes: Partial<EvaluationProgress>) => {
    progress = { ...progress, ...changes };
    const { stage, done, total } = progress;
    setCurrentDetails(`### ${progress.series} · ${recipe.name}\n${stage}: ${done} of ${total} folds`);
  };
  setHandler(evaluationProgress, () => progress);
  return { tell, foldDone: () => tell({ done: progress.done + 1 }) };
}
