import {
  CancellationScope,
  defineQuery,
  executeChild,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { TrainingActivities } from '../activities/training-activities.ts';
import type { ArtifactRef } from '../contracts/artifact.ts';
import { siblingQueue } from '../contracts/queues.ts';
import { seriesId } from '../contracts/series.ts';
import {
  rankTrials,
  type SearchInput,
  type SearchPlan,
  type SearchProgress,
  type SearchResult,
  type TrialRow,
} from '../contracts/trials.ts';
import { ACTIVITY_OPTIONS, type KindOfWork } from './activity-options.ts';
import { describeFailure } from './failure.ts';
import { runBracket } from './run-bracket.ts';
import { runOrJoin } from './run-or-join.ts';
import { runTrial } from './run-trial.ts';
import { tagRecipe, tagSeries } from './search-attributes.ts';

const searchProgress = defineQuery<SearchProgress>('progress');

/**
 * Tries variations of a recipe on one series, `maxWorkers` at once, and trains the best of them as any other. A trial that
 * fails is a line of the table; nothing that was scored is scored again.
 */
export async function searchRecipe(input: SearchInput): Promise<SearchResult> {
  const { series, recipe, asOfTime, maxWorkers, ...asked } = input;
  const story = followSearch(input);
  tagSeries(series);
  tagRecipe(recipe.name);

  const { artifact: snapshot } = await training('compute', `${seriesId(series)} bars`).exportSnapshot({
    series,
    recipe,
    asOfTime,
  });
  const { plan } = await training('compute', 'what to try').planSearch({ recipe, snapshot });
  story.planned(plan);
  for (const bracket of plan.brackets) {
    await runBracket(bracket, recipe.search.objective, maxWorkers, async (member, folds) =>
      story.scored(await runOne(member, folds, { input, plan, snapshot })),
    );
  }

  const rows = rankTrials(story.rows(), recipe.search.objective);
  const concluded = await training('compute', 'table and plot').concludeSearch({
    search: { series, recipe, asOfTime, ...asked },
    snapshot,
    rows,
  });
  story.training(concluded.summary);
  const trained = await runOrJoin(concluded.training);
  return {
    series: seriesId(series),
    recipe: recipe.name,
    objective: recipe.search.objective,
    trials: rows,
    best: concluded.best,
    overfitting: concluded.overfitting,
    search: concluded.artifact,
    training: trained,
  };
}

interface Setting {
  readonly input: SearchInput;
  readonly plan: SearchPlan;
  readonly snapshot: ArtifactRef;
}

async function runOne(member: number, folds: number, { input, plan, snapshot }: Setting): Promise<TrialRow> {
  const { series, recipe, actor } = input;
  const trial = member + 1;
  const settings = plan.settings[member];
  try {
    const result = await executeChild(runTrial, {
      workflowId: `${workflowInfo().workflowId}/${trial}-${folds}`,
      args: [{ series, snapshot, recipe, settings, folds, ground: plan.ground, actor }],
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    });
    return { trial, settings, ok: true, ...result };
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
    return { trial, settings, ok: false, folds, error: describeFailure(error) };
  }
}

function training(kind: KindOfWork, summary: string) {
  const taskQueue = siblingQueue(workflowInfo().taskQueue, 'training');
  return proxyActivities<TrainingActivities>({ ...ACTIVITY_OPTIONS[kind], taskQueue, summary });
}

/** Keeps the widest scoring of each trial, the query `progress` and the Temporal UI's details. */
function followSearch({ series, recipe }: SearchInput) {
  const id = seriesId(series);
  const byTrial = new Map<number, TrialRow>();
  let progress: SearchProgress = {
    series: id,
    stage: 'preparing',
    total: 0,
    done: 0,
    failed: 0,
    best: null,
  };
  const tell = (changes: Partial<SearchProgress>, note = '') => {
    progress = { ...progress, ...changes };
    const { stage, done, total, failed, best } = progress;
    const found = best ? `, best: trial ${best.trial} with ${best.value}` : '';
    setCurrentDetails(
      `### ${id} · ${recipe.name}\n${stage}: ${done} of ${total} scored, ${failed} failed${found}\n\n${note}`,
    );
  };
  setHandler(searchProgress, () => progress);
  return {
    rows: () => [...byTrial.values()],
    planned({ brackets }: SearchPlan) {
      const scorings = brackets.flatMap(({ rungs }) => rungs.map(({ trials }) => trials));
      tell({ stage: 'searching', total: scorings.reduce((sum, count) => sum + count, 0) });
    },
    scored(row: TrialRow): TrialRow {
      byTrial.set(row.trial, row);
      const [best] = rankTrials([...byTrial.values()], recipe.search.objective);
      tell({
        done: progress.done + 1,
        failed: progress.failed + (row.ok ? 0 : 1),
        best: best.ok && best.score.value !== null ? { trial: best.trial, value: best.score.value } : null,
      });
      return row;
    },
    training(summary: string) {
      tell({ stage: 'training' }, summary);
    },
  };
}
