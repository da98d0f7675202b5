import type { MaterialisedSeries } from '../contracts/collection.ts';
import type { Series } from '../contracts/series.ts';
import { CATALOG } from '../features/catalog/index.ts';
import { resolveFeatures } from '../features/sets.ts';
import { asActivity } from './activity.ts';
import type { Rooms } from './rooms.ts';

/** The configured features of newly closed bars; a series whose features fail stops no other. */
export function materialiseFeatures({ materialiser, collection }: Rooms) {
  const { features } = collection;
  return asActivity(
    async ({ series }: { series: readonly Series[] }): Promise<readonly MaterialisedSeries[]> => {
      const selection = typeof features === 'string' ? { set: features } : { names: [...features] };
      const definitions = resolveFeatures({ ...selection, maxFillBars: 0, files: [] }, CATALOG);
      const outcomes = await materialiser.materialise(series, definitions);
      return outcomes.map(outcome => {
        if (outcome.ok) return outcome;
        const { code, message } = outcome.error;
        return { series: outcome.series, ok: false, error: { code, message } };
      });
    },
  );
}
