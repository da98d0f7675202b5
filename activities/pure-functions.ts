import type { MarketBars } from '../contracts/candles.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { Timeframe } from '../contracts/series.ts';
import * as dataset from '../datasets/dataset.ts';
import { compareModels } from '../evaluation/comparison.ts';
import { scoreModel } from '../evaluation/score.ts';
import { loadCatalog } from '../features/own-features.ts';

/** Formulas do not cross threads: those of a user's own are loaded where they are used. */
async function buildDataset(bars: MarketBars, timeframe: Timeframe, recipe: Recipe) {
  return dataset.buildDataset(bars, timeframe, recipe, await loadCatalog(recipe.features.files));
}

/** Pure functions that take seconds on long histories; a line each. Arguments and results cross threads as copies. */
export const PURE_FUNCTIONS = { buildDataset, compareModels, scoreModel };

export type PureFunctions = typeof PURE_FUNCTIONS;
