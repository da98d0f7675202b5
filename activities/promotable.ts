import { AlphaloomError } from '../contracts/errors.ts';
import { readPackage } from '../inference/package.ts';
import { probeVersion } from '../inference/probe.ts';
import type { VersionRecord } from '../registry/registry.ts';
import type { Rooms } from './rooms.ts';

/** Why a version may not be champion in this home, whatever the gate says; null where it may. */
export async function syntheticRefusal(
  { artifacts, synthetic }: Rooms,
  version: VersionRecord,
): Promise<string | null> {
  if (synthetic === 'allowed') return null;
  const { meta } = await readPackage(artifacts, version);
  if (!meta.synthetic) return null;
  return `v${version.version} was trained on generated bars; this home takes none (synthetic: refused).`;
}

/**
 * Proves before any move that a version can serve, and may.
 * @throws AlphaloomError SYNTHETIC_REFUSED, and what `probeVersion` throws
 */
export async function requirePromotable(rooms: Rooms, version: VersionRecord): Promise<void> {
  const refusal = await syntheticRefusal(rooms, version);
  if (refusal) throw new AlphaloomError('SYNTHETIC_REFUSED', refusal, { version: version.version });
  await probeVersion(rooms.artifacts, version);
}
