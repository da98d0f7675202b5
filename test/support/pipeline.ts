import { MockActivityEnvironment } from '@temporalio/testing';
import { createRegistryActivities } from '../../activities/registry-activities.ts';
import type { Rooms } from '../../activities/rooms.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { Series } from '../../contracts/series.ts';

/** The steps of `trainModel` up to the registered version, in this process and in their order, without Temporal. */
export async function trainInProcess(
  rooms: Rooms,
  series: Series,
  recipe: Recipe,
  asOfTime: number | null = null,
) {
  const training = createTrainingActivities(rooms);
  const registry = createRegistryActivities(rooms);
  const snapshot = await runActivity(training.exportSnapshot, { series, recipe, asOfTime });
  const dataset = await runActivity(training.labelDataset, { snapshot: snapshot.artifact, recipe });
  const fit = await runActivity(training.fitModel, {
    snapshot: snapshot.artifact,
    dataset: dataset.artifact,
    recipe,
  });
  const model = await runActivity(training.quantizeModel, {
    dataset: dataset.artifact,
    fit: fit.artifact,
    recipe,
  });
  const made = {
    snapshot: snapshot.artifact,
    dataset: dataset.artifact,
    fit: fit.artifact,
    model: model.artifact,
  };
  const evidence = await runActivity(training.validateModel, { series, recipe, ...made });
  const registered = await runActivity(registry.registerVersion, {
    series,
    recipe,
    actor: 'test',
    ...made,
    evidence: evidence.artifact,
  });
  return { snapshot, dataset, fit, model, evidence, registered };
}

export async function runActivity<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
): Promise<Output> {
  return await new MockActivityEnvironment().run(activity, input);
}
