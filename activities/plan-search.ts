import type { ArtifactRef } from '../contracts/artifact.ts';
import { type SearchedRecipe, searchFolds } from '../contracts/search.ts';
import type { SearchPlan } from '../contracts/trials.ts';
import { readSnapshot } from '../datasets/snapshot-file.ts';
import { asStep } from './activity.ts';
import { SNAPSHOT_FILE } from './export-snapshot.ts';
import { offThread } from './off-thread.ts';
import type { Rooms } from './rooms.ts';

interface Input {
  readonly recipe: SearchedRecipe;
  readonly snapshot: ArtifactRef;
}

/** Draws and checks all that a search will try, and finds the bars on which its trials can be compared. */
export function planSearch({ artifacts }: Rooms) {
  return asStep(async ({ recipe, snapshot }: Input, { signal }) => {
    const { path } = await artifacts.load(snapshot);
    const plan: SearchPlan = await offThread(
      'planSearch',
      [await readSnapshot(path(SNAPSHOT_FILE)), recipe],
      signal,
    );
    return {
      cached: false,
      plan,
      summary: `${plan.settings.length} trials on ${searchFolds(recipe).folds} folds, by ${recipe.search.objective}`,
    };
  });
}
