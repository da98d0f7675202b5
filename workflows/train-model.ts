import {
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registry-activities.ts';
import type { StepOutput, TrainingActivities } from '../activities/training-activities.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import { siblingQueue } from '../contracts/queues.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type SeedModel, withSeed } from '../contracts/seeds.ts';
import { seriesId } from '../contracts/series.ts';
import {
  type StepReport,
  TRAINING_STEPS,
  type TrainingProgress,
  type TrainingStep,
  type TrainModelInput,
  type TrainModelResult,
} from '../contracts/training.ts';
import { ACTIVITY_OPTIONS, type KindOfWork } from './activity-options.ts';
import { tagDecision, tagRecipe, tagSeries } from './search-attributes.ts';

const trainingProgress = defineQuery<TrainingProgress>('progress');

/** export → label → train → quantize → validate → register → other seeds → offer, for one series and one recipe. */
export async function trainModel(input: TrainModelInput): Promise<TrainModelResult> {
  const { series, recipe, asOfTime, actor } = input;
  const story = followProgress(input);
  tagSeries(series);
  tagRecipe(recipe.name);

  const snapshot = await story.step('exportSnapshot', 'Freeze the closed bars', () =>
    training('compute', `${seriesId(series)} bars`).exportSnapshot({ series, recipe, asOfTime }),
  );
  const dataset = await story.step('labelDataset', 'Compute features, labels and blocks', () =>
    training('compute', `features and ${recipe.labels.kind} labels`).labelDataset({
      snapshot: snapshot.artifact,
      recipe,
    }),
  );
  const { imported } = input;
  const fit = imported
    ? await story.step('fitModel', `Import ${imported.origin.file}`, () =>
        training('compute', imported.origin.file).importModel({
          dataset: dataset.artifact,
          recipe,
          imported,
        }),
      )
    : await story.step('fitModel', `Train ${recipe.train.estimator}`, () =>
        training('fit', `${recipe.train.estimator}, seed ${recipe.train.seed}`).fitModel({
          snapshot: snapshot.artifact,
          dataset: dataset.artifact,
          recipe,
        }),
      );
  const model = await story.step('quantizeModel', 'Export to ONNX, prove parity, choose the variant', () =>
    training('compute', 'ONNX, parity, size').quantizeModel({
      dataset: dataset.artifact,
      fit: fit.artifact,
      recipe,
    }),
  );
  const evidence = await story.step('validateModel', 'Judge the served artifact on the test block', () =>
    training('compute', 'evidence on the test block').validateModel({
      series,
      snapshot: snapshot.artifact,
      dataset: dataset.artifact,
      fit: fit.artifact,
      model: model.artifact,
      recipe,
      actor,
      changes: input.changes,
    }),
  );
  const registered = await story.step('registerVersion', 'Write the package and register it', () =>
    registry('compute', 'package and registry').registerVersion({
      series,
      recipe,
      actor,
      snapshot: snapshot.artifact,
      dataset: dataset.artifact,
      fit: fit.artifact,
      model: model.artifact,
      evidence: evidence.artifact,
    }),
  );
  // Absent in answers of earlier versions, which trained no seeds.
  const seeds = input.offer ? (registered.seeds ?? []) : [];
  if (seeds.length > 0) {
    await story.step('fitSeeds', `Train it again with ${seeds.length} other seeds`, () =>
      fitSeeds(recipe, seeds, registered.packageId, snapshot.artifact, dataset.artifact),
    );
  }
  const offered = input.offer
    ? await story.step('offerVersion', 'Ask the series’ lifecycle', () =>
        registry('ask', `offer v${registered.version}`).offerVersion({
          series,
          version: registered.version,
          actor,
        }),
      )
    : null;

  tagDecision(offered?.outcome.decision ?? (registered.eligible ? 'eligible' : 'rejected'));
  story.done();
  return {
    series: seriesId(series),
    recipe: recipe.name,
    version: registered.version,
    packageId: registered.packageId,
    eligible: registered.eligible,
    tradable: registered.tradable,
    dataset: dataset.artifact,
    evidence: evidence.artifact,
    offer: offered?.outcome ?? null,
    steps: story.finished,
  };
}

/** A candidate must not owe its place to its seed: the same training with others is what its comparison asks too. */
async function fitSeeds(
  recipe: Recipe,
  seeds: readonly number[],
  packageId: string,
  snapshot: ArtifactRef,
  dataset: ArtifactRef,
): Promise<StepOutput> {
  const models: SeedModel[] = [];
  const outputs: StepOutput[] = [];
  for (const seed of seeds) {
    const seeded = withSeed(recipe, seed);
    const fit = await training('fit', `${recipe.train.estimator}, seed ${seed}`).fitModel({
      snapshot,
      dataset,
      recipe: seeded,
    });
    const model = await training('compute', `ONNX, parity, size, seed ${seed}`).quantizeModel({
      dataset,
      fit: fit.artifact,
      recipe: seeded,
    });
    models.push({ seed, fit: fit.artifact, model: model.artifact });
    outputs.push(fit, model);
  }
  const kept = await training('compute', `seeds ${seeds.join(', ')}`).keepSeeds({ packageId, models });
  outputs.push(kept);
  return {
    cached: outputs.every(({ cached }) => cached),
    workMs: outputs.reduce((sum, { workMs }) => sum + workMs, 0),
    summary: kept.summary,
  };
}

function training(kind: KindOfWork, summary: string) {
  const taskQueue = siblingQueue(workflowInfo().taskQueue, 'training');
  return proxyActivities<TrainingActivities>({ ...ACTIVITY_OPTIONS[kind], taskQueue, summary });
}

function registry(kind: KindOfWork, summary: string) {
  return proxyActivities<RegistryActivities>({ ...ACTIVITY_OPTIONS[kind], summary });
}

/** Keeps the query `progress` and the Temporal UI's details up to date. */
function followProgress(input: TrainModelInput) {
  const finished: StepReport[] = [];
  let current: TrainingProgress['step'] = TRAINING_STEPS[0];
  const series = seriesId(input.series);
  setHandler(trainingProgress, () => ({ series, step: current, finished }));

  return {
    finished,
    async step<Output extends StepOutput>(
      step: TrainingStep,
      story: string,
      work: () => Promise<Output>,
    ): Promise<Output> {
      current = step;
      setCurrentDetails(renderProgress(series, input.recipe.name, finished, story));
      const startedAt = Date.now();
      const output = await work();
      finished.push({
        step,
        cached: output.cached,
        ms: Date.now() - startedAt,
        workMs: output.workMs,
        summary: output.summary,
      });
      return output;
    },
    done() {
      current = 'done';
      setCurrentDetails(renderProgress(series, input.recipe.name, finished, null));
    },
  };
}

function renderProgress(
  series: string,
  recipe: string,
  finished: readonly StepReport[],
  now: string | null,
): string {
  const lines = finished.map(
    ({ step, cached, summary }) => `- **${step}**${cached ? ' (cached)' : ''}: ${summary}`,
  );
  if (now !== null) lines.push(`- … ${now}`);
  return [`### ${series} · ${recipe}`, ...lines].join('\n');
}
