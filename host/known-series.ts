import { type Series, seriesId } from '../contracts/series.ts';
import type { OpenRooms } from './compose.ts';

/**
 * A message to a mistyped series would start a lifecycle that nothing ever ends.
 * @throws AlphaloomError CANDLES_NOT_FOUND where a series has neither versions nor candles
 */
export async function requireKnownSeries(
  { registry, candles }: Pick<OpenRooms, 'registry' | 'candles'>,
  series: Series,
): Promise<void> {
  const versions = await registry.list(seriesId(series));
  if (versions.length === 0) await candles.describe(series);
}
