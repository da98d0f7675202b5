import { parseRecipe, type Recipe } from '../../contracts/recipe.ts';

/** A recipe with every default, on two features with short look-backs; `changes` replace whole sections. */
export function recipeWith(changes: Record<string, unknown> = {}): Recipe {
  return parseRecipe(
    {
      name: 'test-recipe',
      task: 'direction3',
      features: { names: ['roc_10', 'bollinger_width_20_2'] },
      labels: { kind: 'triple-barrier', horizonBars: 12, upAtr: 1.5, downAtr: 1.5 },
      split: { train: 0.6, validation: 0.2, test: 0.2 },
      train: { estimator: 'lightgbm' },
      gate: { minTestRows: 100 },
      ...changes,
    },
    'test',
  );
}
