import type { SearchedRecipe } from '../../../contracts/search.ts';
import { findEstimator } from '../../../models/estimators/index.ts';
import { recipeWith } from '../../support/recipes.ts';

/** A recipe with this search, complete as a loaded one is: the estimator's defaults are filled in. */
export function searchedRecipe(search: unknown, changes: Record<string, unknown> = {}): SearchedRecipe {
  const recipe = recipeWith({ search, ...changes });
  const params = findEstimator(recipe.train.estimator).parseParams(recipe.train.params);
  return { ...recipe, train: { ...recipe.train, params }, search: recipe.search! };
}
