export { collectCandles } from './collect-candles.ts';
export { fetchHistories } from './fetch-histories.ts';
export { modelLifecycle } from './model-lifecycle.ts';
export { reproduceVersion } from './reproduce-version.ts';
export { runTrial } from './run-trial.ts';
export { searchRecipe } from './search-recipe.ts';
export { trainFleet } from './train-fleet.ts';
export { trainModel } from './train-model.ts';
