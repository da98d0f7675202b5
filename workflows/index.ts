export { collectCandles } from './collect-candles.ts';
export { evaluateRecipe } from './evaluate-recipe.ts';
export { fetchHistories } from './fetch-histories.ts';
export { modelLifecycle } from './model-lifecycle.ts';
export { runTrial } from './run-trial.ts';
export { searchRecipe } from './search-recipe.ts';
export { trainFleet } from './train-fleet.ts';
export { trainModel } from './train-model.ts';
