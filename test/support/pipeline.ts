import { MockActivityEnvironment } from '@temporalio/testing';
import { createRegistryActivities } from '../../activities/registry-activities.ts';
import type { Rooms } from '../../activities/rooms.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import type { ArtifactRef } from '../../contracts/artifact.ts';
import type { LifecycleAnswer } from '../../contracts/messages.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { withSeed } from '../../contracts/seeds.ts';
import type { Series } from '../../contracts/series.ts';
import { decide, hardAnswer } from '../../workflows/lifecycle-operations.ts';

/**
 * The steps of `trainModel` up to the registered version, in this process and in their order, without Temporal.
 * @param adapt makes another dataset of the one that was labelled
 */
export async function trainInProcess(
  rooms: Rooms,
  series: Series,
  recipe: Recipe,
  asOfTime: number | null = null,
  adapt: (dataset: ArtifactRef) => Promise<ArtifactRef> = async dataset => dataset,
) {
  const training = createTrainingActivities(rooms);
  const registry = createRegistryActivities(rooms);
  const snapshot = await runActivity(training.exportSnapshot, { series, recipe, asOfTime });
  const labelled = await runActivity(training.labelDataset, { snapshot: snapshot.artifact, recipe });
  const dataset = { ...labelled, artifact: await adapt(labelled.artifact) };
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

type Trained = Awaited<ReturnType<typeof trainInProcess>>;

/** The rest of `trainModel`: the training with other seeds where it is asked for, then the offer. */
export async function offerInProcess(
  rooms: Rooms,
  series: Series,
  recipe: Recipe,
  { snapshot, dataset, registered }: Trained,
): Promise<LifecycleAnswer> {
  const { fitModel, quantizeModel, keepSeeds } = createTrainingActivities(rooms);
  const models = [];
  for (const seed of registered.seeds) {
    const seeded = withSeed(recipe, seed);
    const made = { dataset: dataset.artifact, recipe: seeded };
    const fit = await runActivity(fitModel, { snapshot: snapshot.artifact, ...made });
    const model = await runActivity(quantizeModel, { fit: fit.artifact, ...made });
    models.push({ seed, fit: fit.artifact, model: model.artifact });
  }
  if (models.length > 0) await runActivity(keepSeeds, { packageId: registered.packageId, models });
  return await judgeInProcess(rooms, series, registered.version, `offer/${registered.version}`);
}

/** What the lifecycle does on an offer, without Temporal. */
export async function judgeInProcess(
  rooms: Rooms,
  series: Series,
  version: number,
  operationId: string,
): Promise<LifecycleAnswer> {
  const { describeOffer, settleOffer } = createRegistryActivities(rooms);
  const { compareWithChampion } = createTrainingActivities(rooms);
  const operation = { message: 'offer', series, version, operationId, actor: 'test' } as const;
  const standing = await runActivity(describeOffer, operation);
  const { champion } = standing;
  const compared =
    hardAnswer(standing) === null
      ? await runActivity(compareWithChampion, { series, candidate: version, champion })
      : null;
  const settled = await runActivity(settleOffer, {
    ...operation,
    ...decide(standing, compared?.rule ?? null),
    champion,
    comparison: compared?.artifact ?? null,
    look: compared?.look ?? null,
  });
  if ('moved' in settled) throw new Error('The champion moved meanwhile.');
  return settled;
}

export async function runActivity<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
): Promise<Output> {
  return await new MockActivityEnvironment().run(activity, input);
}
