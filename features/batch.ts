import type { MarketBars } from '../contracts/candles.ts';
import { TIMEFRAME_MS, type Timeframe } from '../contracts/series.ts';
import type { FeatureDefinition } from './definition.ts';
import { FeatureEngine } from './engine.ts';

interface ColumnTypes {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}
export type FeatureType = keyof ColumnTypes;

/** Features of consecutive bars: row r is bar r of those they were computed from. */
export interface FeatureMatrix<Type extends FeatureType = FeatureType> {
  readonly rows: number;
  /** One column of `rows` values per feature, in the order asked for; NaN is missing. */
  readonly columns: ReadonlyMap<string, ColumnTypes[Type]>;
}

/**
 * Computes features over all bars, which start at the series' anchor. Row t reads bars up to t only; NaN while a formula
 * has not enough bars, and where a value is not finite. Formulas are in float64, `type` is how the values are kept.
 * O(bars × features); beyond its result it needs a few kilobytes per feature.
 * @throws AlphaloomError FEATURE_INPUT_MISSING
 */
export function computeFeatures<Type extends FeatureType>(
  bars: MarketBars,
  definitions: readonly FeatureDefinition[],
  timeframe: Timeframe,
  type: Type,
): FeatureMatrix<Type> {
  const rows = bars.close.length;
  const columns = definitions.map(() =>
    type === 'float32' ? new Float32Array(rows) : new Float64Array(rows),
  );
  new FeatureEngine(definitions, TIMEFRAME_MS[timeframe]).advance(bars, columns, 0);
  return {
    rows,
    columns: new Map(definitions.map(({ name }, index) => [name, columns[index] as ColumnTypes[Type]])),
  };
}
