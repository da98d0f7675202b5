import type { MarketBars } from '../contracts/candles.ts';
import { computeFeatures } from '../features/batch.ts';
import { columnsOf, fillMissing, type WindowTable, warmUpBars, windowTable } from '../features/window.ts';
import { runRows } from '../models/onnx/row-chunks.ts';
import type { ServingModel } from './serving-model.ts';

/** Bars before the first that a model can answer for. */
export function warmUpOf({ features, meta }: ServingModel): number {
  return warmUpBars(features) + meta.steps - 1;
}

/**
 * What a model answers at the close of given bars, as it would serve.
 * @param bars from the series' anchor on, with the model's leader joined
 * @param rows bars that are asked about, none before `warmUpOf`
 * @returns row-major `[rows, outputs]`
 */
export async function answerBars(
  model: ServingModel,
  bars: MarketBars,
  rows: Int32Array,
): Promise<Float32Array> {
  return await runRows(model.session, windowsOf(model, bars, rows));
}

/** What it is asked then: the windows that end at those bars. */
export function windowsOf({ meta, features }: ServingModel, bars: MarketBars, rows: Int32Array): WindowTable {
  const { columns } = computeFeatures(bars, features, meta.series.timeframe, 'float32');
  fillMissing(columns, meta.recipe.features.maxFillBars, 0);
  return windowTable(columnsOf(columns, meta.featureNames), rows, meta.steps);
}
