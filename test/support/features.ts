import type { MarketBars } from '../../contracts/candles.ts';
import type { Timeframe } from '../../contracts/series.ts';
import * as batch from '../../features/batch.ts';
import { CATALOG } from '../../features/catalog/index.ts';
import type { FeatureDefinition } from '../../features/definition.ts';

export function definitionsOf(names: readonly string[]): FeatureDefinition[] {
  return names.map(CATALOG.find);
}

/** Features of hourly bars by name. */
export function computeFeatures<Type extends batch.FeatureType>(
  bars: MarketBars,
  names: readonly string[],
  type: Type,
  timeframe: Timeframe = '1h',
): batch.FeatureMatrix<Type> {
  return batch.computeFeatures(bars, definitionsOf(names), timeframe, type);
}
