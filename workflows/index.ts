export { collectCandles } from './collect-candles.ts';
export { fetchHistories } from './fetch-histories.ts';
export { modelLifecycle } from './model-lifecycle.ts';
export { trainFleet } from './train-fleet.ts';
export { trainModel } from './train-model.ts';
