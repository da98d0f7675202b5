import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../artifacts/store.ts';
import type { ArtifactRef, Json } from '../contracts/artifact.ts';
import { AlphaloomError, isErrorCode } from '../contracts/errors.ts';
import type { Overfitting } from '../contracts/overfitting.ts';
import { type SearchedRecipe, searchFolds } from '../contracts/search.ts';
import { seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import type { TrainModelInput } from '../contracts/training.ts';
import { rankTrials, type SearchInput, type TrialRow, trialRecipe } from '../contracts/trials.ts';
import { renderTrials } from '../evaluation/search/trial-plot.ts';
import { asStep } from './activity.ts';
import type { SnapshotFacts } from './export-snapshot.ts';
import { offThread } from './off-thread.ts';
import type { Rooms } from './rooms.ts';
import { readReturns } from './score-trial.ts';
import { STEP_VERSIONS } from './step-versions.ts';

/** What a search leaves behind. */
export const SEARCH_FILES = { table: 'trials.json', plot: 'trials.svg' } as const;

interface Input {
  readonly search: Omit<SearchInput, 'maxWorkers'>;
  readonly snapshot: ArtifactRef;
  readonly rows: readonly TrialRow[];
}

/** Writes the table and the plot of a search, and says which training makes the winner, on the very bars that were searched. */
export function concludeSearch({ artifacts, orchestrator }: Rooms) {
  return asStep(async ({ search, snapshot, rows }: Input, { signal }) => {
    const { series, recipe, offer, actor } = search;
    const ranked = rankTrials(rows, recipe.search.objective);
    const best = requireBest(ranked, searchFolds(recipe).folds);
    const table = ranked.map(told);
    const inputs = {
      snapshot: snapshot.inputHash,
      recipe,
      trials: table,
      code: STEP_VERSIONS.search,
    };
    const saved = await artifacts.save<SearchFacts>('search', inputs as unknown as Json, async folder => {
      const overfitting = await judgeChoice(artifacts, ranked, recipe, signal);
      const document = { series: seriesId(series), recipe, best: best.trial, overfitting, trials: table };
      await writeFile(join(folder, SEARCH_FILES.table), `${JSON.stringify(document, null, 2)}\n`);
      const plot = renderTrials(seriesId(series), recipe, ranked, best.trial);
      await writeFile(join(folder, SEARCH_FILES.plot), plot);
      return { best: best.trial, trials: table.length, overfitting };
    });
    const { result } = await artifacts.load<SnapshotFacts>(snapshot);
    const input: TrainModelInput = {
      series,
      recipe: trialRecipe(recipe, best.settings),
      changes: best.settings,
      asOfTime: result.toTime + TIMEFRAME_MS[series.timeframe],
      offer,
      actor,
    };
    return {
      cached: saved.cached,
      artifact: saved.artifact,
      overfitting: saved.result.overfitting,
      best: best.trial,
      training: { workflowId: orchestrator.trainingWorkflowId(input), input },
      summary: `trial ${best.trial} of ${rows.length}, ${recipe.search.objective} ${best.score.value!.toFixed(4)}`,
    };
  });
}

interface SearchFacts {
  readonly best: number;
  readonly trials: number;
  readonly overfitting: Overfitting | null;
}

/** What choosing is worth, by the trials that were scored on all folds and so earned over the same bars. */
async function judgeChoice(
  artifacts: ArtifactStore,
  ranked: readonly TrialRow[],
  recipe: SearchedRecipe,
  signal: AbortSignal,
): Promise<Overfitting | null> {
  const { folds } = searchFolds(recipe);
  const whole = ranked.flatMap(row => (row.ok && row.score.folds === folds ? [row.artifact] : []));
  const returns = await Promise.all(whole.map(trial => readReturns(artifacts, trial)));
  const same = returns.filter(
    ({ fromBar, netReturns }) =>
      fromBar === returns[0].fromBar && netReturns.length === returns[0].netReturns.length,
  );
  const columns = same.map(({ netReturns }) => netReturns);
  return await offThread('probabilityOfOverfitting', [columns, 2 * recipe.labels.horizonBars], signal);
}

/** Whether a trial was made just now or long ago is no part of a search. */
function told(row: TrialRow) {
  const { trial, settings } = row;
  return row.ok
    ? { trial, settings, score: row.score, artifact: row.artifact.inputHash }
    : { trial, settings, folds: row.folds, error: row.error };
}

/** Only a score on all folds may win. */
function requireBest([first]: readonly TrialRow[], folds: number): TrialRow & { ok: true } {
  if (first?.ok && first.score.value !== null && first.score.folds === folds) return first;
  const failed = first?.ok === false ? first.error : null;
  throw new AlphaloomError(
    failed && isErrorCode(failed.code) ? failed.code : 'TRAINING_FAILED',
    `No trial was scored on all ${folds} folds. Trial ${first?.trial}: ${failed?.message ?? 'its objective is not defined on these rows.'}`,
    { trial: first?.trial },
  );
}
