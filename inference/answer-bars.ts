import type { MarketBars } from '../contracts/candles.ts';
import { computeFeatures } from '../features/batch.ts';
import { columnsOf, fillMissing, warmUpBars, windowTable } from '../features/window.ts';
import { runRows } from '../models/onnx/row-chunks.ts';
import type { ServingModel } from './serving-model.ts';

/** What an answer needs of a model; whose version it is does not matter. */
export type AnsweringModel = Pick<ServingModel, 'meta' | 'session' | 'features'>;

/** Bars before the first that a model can answer for. */
export function warmUpOf({ features, meta }: Pick<AnsweringModel, 'meta' | 'features'>): number {
  return warmUpBars(features) + meta.steps - 1;
}

/** The model's features at every bar, in its order, filled as it fills; NaN where missing. */
export function featureColumns({ meta, features }: AnsweringModel, bars: MarketBars): Float32Array[] {
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
