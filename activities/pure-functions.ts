import type { MarketBars } from '../contracts/candles.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { SearchedRecipe } from '../contracts/search.ts';
import type { Timeframe } from '../contracts/series.ts';
import type { SearchPlan } from '../contracts/trials.ts';
import * as dataset from '../datasets/dataset.ts';
import { compareModels } from '../evaluation/comparison/compare-models.ts';
import { scoreEvaluation } from '../evaluation/folds/score-evaluation.ts';
import { scoreOutOfFold } from '../evaluation/folds/score-out-of-fold.ts';
import { explainModel } from '../evaluation/importance/explain-model.ts';
import { probabilityOfOverfitting } from '../evaluation/overfitting/cross-validation.ts';
import { reviewVersions } from '../evaluation/probation/review-versions.ts';
import { scoreCandidate } from '../evaluation/score-candidate.ts';
import * as audit from '../features/audit/audit.ts';
import type { AuditReport } from '../features/audit/report.ts';
import { loadCatalog } from '../features/own-features.ts';
import { schemaHash } from '../features/schema.ts';
import { requireSameSchema } from './unchanged-files.ts';

/** Formulas do not cross threads: those of a user's own are loaded where they are used. */
async function buildDataset(bars: MarketBars, timeframe: Timeframe, recipe: Recipe, steps: number) {
  return dataset.buildDataset(bars, timeframe, recipe, await loadCatalog(recipe.features.files), steps);
}

/** Loaded when it is asked for: it brings every estimator, which no other function here needs. */
async function planSearch(bars: MarketBars, recipe: SearchedRecipe): Promise<SearchPlan> {
  const search = await import('../evaluation/search/plan.ts');
  const { commonGround } = await import('../evaluation/search/common-ground.ts');
  const catalog = await loadCatalog(recipe.features.files);
  const plan = search.planSearch(recipe, catalog);
  return { ...plan, ground: commonGround(bars, recipe, plan.settings, catalog) };
}

/** Features by name, those of `files` too, of the content that `schema` stands for. */
async function auditNamedFeatures(
  bars: MarketBars,
  timeframe: Timeframe,
  files: readonly string[],
  names: readonly string[],
  schema: string,
  options: audit.AuditOptions,
): Promise<AuditReport> {
  const catalog = await loadCatalog(files);
  const features = names.map(catalog.find);
  requireSameSchema(schemaHash(features), schema, files);
  return audit.auditFeatures(bars, features, timeframe, options);
}

/** Pure functions that take seconds; a line each. Arguments and results cross threads as copies. */
export const PURE_FUNCTIONS = {
  auditNamedFeatures,
  buildDataset,
  compareModels,
  explainModel,
  planSearch,
  probabilityOfOverfitting,
  scoreEvaluation,
  reviewVersions,
  scoreCandidate,
  scoreOutOfFold,
};

export type PureFunctions = typeof PURE_FUNCTIONS;
