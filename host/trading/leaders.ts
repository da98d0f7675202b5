import { type Series, seriesId } from '../../contracts/series.ts';
import { leaderSeries } from '../../features/leader-bars.ts';
import { readPackage } from '../../inference/package.ts';
import type { OpenRooms } from '../compose.ts';

/**
 * The markets that the champions of traded series look at beside their own: without their bars at a close they can't answer. Read
 * once per version.
 */
export function createLeaders({ registry, artifacts }: Pick<OpenRooms, 'registry' | 'artifacts'>) {
  const known = new Map<string, string | null>();
  return async (traded: readonly Series[]): Promise<readonly Series[]> => {
    const leaders = new Map<string, Series>();
    for (const series of traded) {
      const champion = await registry.champion(seriesId(series));
      if (champion === null) continue;
      const { packageId } = champion;
      if (!known.has(packageId)) {
        const { meta } = await readPackage(artifacts, champion);
        known.set(packageId, meta.recipe.features.leader ?? null);
      }
      const leader = known.get(packageId);
      if (!leader) continue;
      const beside = leaderSeries(series, leader);
      leaders.set(seriesId(beside), beside);
    }
    return [...leaders.values()];
  };
}
