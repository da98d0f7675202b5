import type { VenueSeries } from '../contracts/collection.ts';
import { parseSeriesId } from '../contracts/series.ts';
import { asActivity } from './activity.ts';
import type { Rooms } from './rooms.ts';

/** The configured series, by venue: what the configuration says now, not when the schedule was made. */
export function planCollection({ collection }: Rooms) {
  return asActivity<void, readonly VenueSeries[]>(async () => {
    const series = [...new Set(collection.series)].map(id => parseSeriesId(id, ''));
    return [...Map.groupBy(series, ({ venue }) => venue)].map(([venue, of]) => ({ venue, series: of }));
  });
}
