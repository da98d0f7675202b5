import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { TrainingActivities } from '../activities/training-activities.ts';
import { siblingQueue } from '../contracts/queues.ts';
import { type TrialInput, type TrialResult, trialRecipe } from '../contracts/trials.ts';
import { ACTIVITY_OPTIONS, type KindOfWork } from './activity-options.ts';
import { tagRecipe, tagSeries } from './search-attributes.ts';

/** One trial of a search: its dataset, then its models fold by fold, scored on rows that they had not seen. */
export async function runTrial(input: TrialInput): Promise<TrialResult> {
  const { series, recipe, settings, snapshot, folds } = input;
  tagSeries(series);
  tagRecipe(recipe.name);
  const dataset = await training('compute', 'features, labels and blocks').labelDataset({
    snapshot,
    recipe: trialRecipe(recipe, settings),
  });
  const { artifact, cached, score } = await training('fit', `${folds} folds`).scoreTrial({
    ...input,
    dataset: dataset.artifact,
  });
  return { artifact, cached, score };
}

function training(kind: KindOfWork, summary: string) {
  const taskQueue = siblingQueue(workflowInfo().taskQueue, 'training');
  return proxyActivities<TrainingActivities>({ ...ACTIVITY_OPTIONS[kind], taskQueue, summary });
}
