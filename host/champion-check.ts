import { createArtifactStore } from '../artifacts/store.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { probeVersion } from '../inference/probe.ts';
import type { VersionRecord } from '../registry/registry.ts';
import { openSqliteRegistry } from '../registry/sqlite-registry.ts';
import { exists } from '../storage/files.ts';
import type { Finding } from './doctor.ts';
import type { CheckContext } from './doctor-checks.ts';

const MAX_NAMED = 5;

/** Opens the package of every champion as serving would, and asks it once. */
export async function checkChampions({ home, now }: Pick<CheckContext, 'home' | 'now'>): Promise<Finding> {
  if (!(await exists(home.registryDatabase)))
    return { outcome: 'ok', detail: 'none yet: nothing was trained', mend: null };
  const champions = await readChampions(home.registryDatabase, now);
  const artifacts = createArtifactStore(home.root);
  const faults: string[] = [];
  for (const champion of champions) {
    try {
      await probeVersion(artifacts, champion);
    } catch (error) {
      if (!(error instanceof AlphaloomError)) throw error;
      faults.push(`${champion.series} v${champion.version}: ${error.code}: ${error.message}`);
    }
  }
  if (faults.length === 0) {
    return { outcome: 'ok', detail: `${champions.length} open and answer`, mend: null };
  }
  const more = faults.length > MAX_NAMED ? ` … and ${faults.length - MAX_NAMED} more` : '';
  return {
    outcome: 'wrong',
    detail: `${faults.length} of ${champions.length} can’t serve: ${faults.slice(0, MAX_NAMED).join('; ')}${more}`,
    mend: 'Train the same again, which makes the same bytes; or models rollback; or restore artifacts/ from a backup.',
  };
}

async function readChampions(database: string, now: () => number): Promise<VersionRecord[]> {
  const registry = await openSqliteRegistry(database, { now });
  try {
    const champions: VersionRecord[] = [];
    for (const series of await registry.listSeries()) {
      const champion = await registry.champion(series);
      if (champion !== null) champions.push(champion);
    }
    return champions;
  } finally {
    registry.close();
  }
}
