import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Timeframe } from '../contracts/series.ts';
import { computeFeatures } from '../features/batch.ts';
import { averageTrueRange } from '../features/kernels/volatility.ts';
import { assembleRows, fillMissing } from '../features/window.ts';
import type { ServingModel } from './serving-model.ts';

/** What a view needs to know of a model. */
export type ViewingModel = Pick<ServingModel, 'meta' | 'features'>;

/** What a model sees of a series at its last closed bar. */
export interface MarketView {
  readonly barTime: number;
  readonly close: number;
  /** ATR14 in price; the mean range of the bars while fewer than 15 are there. */
  readonly atr: number;
  /** The model's input row, in the model's order of features. */
  row(model: ViewingModel): Float32Array;
}

const ATR_PERIOD = 14;

/**
 * Looks at the last of the given bars, which start at the series' anchor. Rows are computed once per package (features,
 * filling and what may be missing are its own) and kept, so that a second question about the same bar costs nothing.
 * @throws AlphaloomError CANDLES_NOT_FOUND where there are no bars
 */
export function viewMarket(candles: Candles, timeframe: Timeframe): MarketView {
  const last = candles.openTime.length - 1;
  if (last < 0) throw new AlphaloomError('CANDLES_NOT_FOUND', 'A prediction needs at least one closed bar.');
  const close = candles.close[last];
  const rows = new Map<string, Float32Array>();
  let atr: number | undefined;
  return {
    barTime: candles.openTime[last],
    close,
    get atr() {
      atr ??= typicalRange(candles, last);
      return atr;
    },
    row(model) {
      let row = rows.get(model.meta.packageId);
      if (row === undefined) {
        row = computeRow(candles, timeframe, last, model);
        rows.set(model.meta.packageId, row);
      }
      return row;
    },
  };
}

function typicalRange(candles: Candles, last: number): number {
  const atr = averageTrueRange(candles, ATR_PERIOD)[last];
  if (!Number.isNaN(atr)) return atr;
  const ranges = candles.high.reduce((sum, high, bar) => sum + high - candles.low[bar], 0);
  return ranges / (last + 1);
}

function computeRow(
  candles: Candles,
  timeframe: Timeframe,
  last: number,
  { meta, features }: ViewingModel,
): Float32Array {
  const { columns } = computeFeatures(candles, features, timeframe, 'float32');
  fillMissing(columns, meta.recipe.features.maxFillBars, 0);
  const row = assembleRows(columns, meta.featureNames, [last]);
  const missing = meta.featureNames.filter(
    (name, at) => Number.isNaN(row[at]) && !meta.dataset.missingInTraining.includes(name),
  );
  if (missing.length === 0) return row;
  throw new AlphaloomError(
    'PREDICTION_INVALID',
    `${missing.join(', ')} can’t be computed at the last bar, and never was missing in training.`,
    { missing },
  );
}
