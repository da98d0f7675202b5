import type { MarketBars } from '../contracts/candles.ts';
import type { PackageMeta } from '../contracts/package.ts';
import type { Recipe } from '../contracts/recipe.ts';
import type { Series } from '../contracts/series.ts';
import { computeFeatures } from '../features/batch.ts';
import { columnsOf, fillMissing, warmUpBars, windowTable } from '../features/window.ts';
import { runRows } from '../models/onnx/row-chunks.ts';
import type { ServingModel } from './serving-model.ts';

/** What an answer needs of a model; whose version it is does not matter. */
export type AnsweringModel = Pick<ServingModel, 'meta' | 'session' | 'features'>;

/** What is computed for a model, whether it is trained or not. */
export interface ModelInputs {
  readonly features: AnsweringModel['features'];
  readonly meta: Pick<PackageMeta, 'featureNames' | 'steps'> & {
    readonly series: Pick<Series, 'timeframe'>;
    readonly recipe: { readonly features: Pick<Recipe['features'], 'maxFillBars'> };
  };
}

/** Bars before the first that a model can answer for. */
export function warmUpOf({ features, meta }: ModelInputs): number {
  return warmUpBars(features) + meta.steps - 1;
}

/** The model's features at every bar, in its order, filled as it fills; NaN where missing. */
export function featureColumns({ meta, features }: ModelInputs, bars: MarketBars): Float32Array[] {
  const { columns } = computeFeatures(bars, features, meta.series.timeframe, 'float32');
  fillMissing(columns, meta.recipe.features.maxFillBars, 0);
  return columnsOf(columns, meta.featureNames);
}

/**
 * What a model answers at the close of given bars, as it would serve.
 * @param columns of `featureColumns`
 * @param rows bars that are asked about, none before `warmUpOf`
 * @returns row-major `[rows, outputs]`
 */
export async function answerRows(
  { meta, session }: AnsweringModel,
  columns: readonly Float32Array[],
  rows: Int32Array,
): Promise<Float32Array> {
  return await runRows(session, windowTable(columns, rows, meta.steps));
}
