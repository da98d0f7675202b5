import type { Candles } from '../contracts/candles.ts';
import { type FeatureDefinition, featureDefinition } from './catalog.ts';
import type { Column } from './kernels/kernel.ts';
import { KERNELS } from './kernels/table.ts';

interface ColumnTypes {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}
export type FeatureType = keyof ColumnTypes;

/** Features of consecutive bars: row r is bar r of the candles they were computed from. */
export interface FeatureMatrix<Type extends FeatureType = FeatureType> {
  readonly rows: number;
  /** One column of `rows` values per feature, in the order asked for; NaN is missing. */
  readonly columns: ReadonlyMap<string, ColumnTypes[Type]>;
}

/**
 * Computes features over all bars, which start at the series' anchor. Row t reads bars up to t only; NaN while a formula
 * has not enough bars, and where a value is not finite. Formulas are in float64, `type` is how the values are kept.
 * O(bars × features), one pass per formula.
 * @throws AlphaloomError FEATURE_UNKNOWN
 */
export function computeFeatures<Type extends FeatureType>(
  candles: Candles,
  names: readonly string[],
  type: Type,
): FeatureMatrix<Type> {
  const rows = candles.close.length;
  const columns = new Map<string, Column>();
  for (const name of names)
    columns.set(name, type === 'float32' ? new Float32Array(rows) : new Float64Array(rows));
  for (const group of sameKernel(names.map(featureDefinition))) {
    const out = Object.fromEntries(group.map(({ output, name }) => [output, columns.get(name)]));
    KERNELS[group[0].kernel](candles, group[0].parameters, out);
  }
  return { rows, columns: columns as ReadonlyMap<string, Column> as ReadonlyMap<string, ColumnTypes[Type]> };
}

/** Features that one run of a kernel gives together. */
function sameKernel(definitions: readonly FeatureDefinition[]): FeatureDefinition[][] {
  const key = ({ kernel, parameters }: FeatureDefinition) => `${kernel} ${JSON.stringify(parameters)}`;
  return [...Map.groupBy(definitions, key).values()];
}
