import { join } from 'node:path';
import { SEARCH_FILES } from '../activities/conclude-search.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { SearchedRecipe } from '../contracts/search.ts';
import { seriesId } from '../contracts/series.ts';
import type { TrainModelInput } from '../contracts/training.ts';
import type { SearchResult } from '../contracts/trials.ts';
import { planSearch } from '../evaluation/search/plan.ts';
import { loadCatalog } from '../features/own-features.ts';
import { readEvidence } from '../inference/package.ts';
import type { CliContext } from './context.ts';
import { renderGate, renderOffer } from './evidence-text.ts';
import type { Connected } from './rooms.ts';
import { answerLeft, answerStarted } from './started-work.ts';
import { renderOverfitting, renderSettings, renderTrialRows } from './trial-table.ts';
import { followWorkflow } from './workflow-progress.ts';

/** A training whose recipe is to be searched first. */
export type SearchedInput = TrainModelInput & { readonly recipe: SearchedRecipe };

/**
 * What `train --search` is asked for, checked before anything is connected: one series, and a recipe that says what to
 * search, of which every trial would be allowed.
 * @throws AlphaloomError USAGE, RECIPE_INVALID, FEATURE_UNKNOWN
 */
export async function requireSearch(inputs: readonly TrainModelInput[]): Promise<SearchedInput> {
  const [input, ...others] = inputs;
  if (others.length > 0) {
    throw new AlphaloomError(
      'USAGE',
      `--search takes one series at a time; got ${inputs.length}. Run it once for each.`,
      { series: inputs.map(({ series }) => seriesId(series)) },
    );
  }
  const { search, ...recipe } = input.recipe;
  if (search === undefined) {
    throw new AlphaloomError(
      'RECIPE_INVALID',
      `The recipe ${recipe.name} has no section search, which says what to try. See docs/search.md, or use --recipe gbdt-search.`,
      { recipe: recipe.name, path: 'search' },
    );
  }
  const searched = { ...recipe, search };
  planSearch(searched, await loadCatalog(recipe.features.files));
  return { ...input, recipe: searched };
}

/** Searches, follows, and tells the table, the plot and what the gate said of the winner. */
export async function trainBySearch(
  context: CliContext,
  { rooms, orchestrator, temporal }: Connected,
  input: SearchedInput,
  maxWorkers: number,
  detach: boolean,
): Promise<void> {
  const work = await orchestrator.startSearch({ ...input, maxWorkers });
  if (detach) return answerStarted(context, work);
  const label = `${seriesId(input.series)} ${input.recipe.name}`;
  if (!(await followWorkflow(context, temporal.client, work, label))) return answerLeft(context, work);
  const { workflowId } = work;
  const result = await orchestrator.awaitSearch(workflowId);
  const folder = join(context.home.artifacts, result.search.step, result.search.inputHash);
  const files = { table: join(folder, SEARCH_FILES.table), plot: join(folder, SEARCH_FILES.plot) };
  const evidence = await readEvidence(rooms.artifacts, result.training.evidence);
  const document = { workflowId, ...result, files, evidence };
  context.output.result(document, () => {
    const verdict = renderVerdict(result);
    if (context.output.quiet) return verdict;
    const table = renderTrialRows(result.trials, result.objective, result.best);
    return [
      table,
      '',
      ...renderOverfitting(result.overfitting),
      `Its plot: ${files.plot}`,
      '',
      renderGate(evidence),
      '',
      verdict,
    ].join('\n');
  });
}

function renderVerdict({ trials, best, training }: SearchResult): string {
  const { settings } = trials.find(({ trial }) => trial === best)!;
  const offered = training.offer ? renderOffer(training.offer) : 'registered, not offered';
  return `${training.series} v${training.version}, trial ${best} (${renderSettings(settings)}): ${offered}`;
}
