import type { Client } from '@temporalio/client';
import type { ArtifactRef } from '../contracts/artifact.ts';
import type { Registry } from '../registry/registry.ts';
import { oldestRunningStart } from './running-work.ts';

/**
 * What the registry speaks of: every version's package, which names all it was made from, and the comparisons that
 * verdicts rest on.
 */
export async function artifactsInUse(registry: Registry): Promise<ArtifactRef[]> {
  const refs: ArtifactRef[] = (await registry.list()).map(version => version.package);
  for (const series of await registry.listSeries()) {
    for (const { detail } of await registry.events(series)) {
      const comparison = (detail as { comparison?: ArtifactRef | null } | null)?.comparison;
      if (comparison) refs.push(comparison);
    }
  }
  return refs;
}

/** How long something must lie unused to be garbage: as asked, and always longer than the oldest running training runs. */
export async function ageOfGarbage(
  client: Client,
  homeId: string,
  askedMs: number,
  now: number,
): Promise<number> {
  const oldest = await oldestRunningStart(client, homeId);
  return oldest === null ? askedMs : Math.max(askedMs, now - oldest + CLOCK_MARGIN_MS);
}

/** The server's clock and the file system's need not agree. */
const CLOCK_MARGIN_MS = 3_600_000;
