import type { Look, LookPlan } from '../contracts/comparison.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type GateSpec, gateSchema } from '../contracts/recipe.ts';
import { planLook } from '../evaluation/looks.ts';
import { readPackage } from '../inference/package.ts';
import type { Event, VersionRecord } from '../registry/registry.ts';
import type { Rooms } from './rooms.ts';
import { configurationOf } from './trial-log.ts';

/** What a verdict's event says of the look it rests on; null where nothing was looked at. */
export interface LookTrace {
  readonly against: number | null;
  readonly look: Look | null;
}

/**
 * The look that judging a version against a champion (null: none) is or would be. The same two that were compared before
 * are not looked at anew: their look is the one they had.
 */
export async function planSeriesLook(
  rooms: Pick<Rooms, 'registry' | 'artifacts'>,
  candidate: VersionRecord,
  champion: number | null,
  gate: GateSpec,
): Promise<LookPlan> {
  const made = tracesOf(await rooms.registry.events(candidate.series));
  const same = made.findIndex(
    ({ event, against }) => event.version === candidate.version && against === champion,
  );
  const earlier = same < 0 ? made : made.slice(0, same);
  const looks = earlier.map(({ look }) => look);
  if (same >= 0) {
    const { number, place, level } = made[same].look;
    return { ...planLook({ looks, othersJudged: 0 }, gate.promotionError), number, place, level };
  }
  const othersJudged = await countOthersJudged(rooms, candidate, earlier.at(-1)?.event.at ?? null);
  return planLook({ looks, othersJudged }, gate.promotionError);
}

/** The gate of a recipe; what recipes of earlier versions did not know is as it is by default. */
export function wholeGate(gate: Partial<GateSpec>): GateSpec {
  return gateSchema.parse(gate);
}

/** Verdicts that rest on a look, one of each, in the order of the looks. */
function tracesOf(events: readonly Event[]): (LookTrace & { look: Look; event: Event })[] {
  const traces = new Map<number, LookTrace & { look: Look; event: Event }>();
  for (const event of events) {
    if (event.kind !== 'verdict') continue;
    const { look = null, against } = event.detail as unknown as Partial<LookTrace>;
    if (look && !traces.has(look.number)) traces.set(look.number, { look, against: against ?? null, event });
  }
  return [...traces.values()];
}

/** Configurations other than the candidate's whose versions were judged on test bars since a time, and not after the candidate. */
async function countOthersJudged(
  { registry, artifacts }: Pick<Rooms, 'registry' | 'artifacts'>,
  candidate: VersionRecord,
  since: number | null,
): Promise<number> {
  const own = await configurationOfVersion(artifacts, candidate);
  const others = new Set<string>();
  for (const version of await registry.list(candidate.series)) {
    if (version.version >= candidate.version || (since !== null && version.registeredAt <= since)) continue;
    others.add(await configurationOfVersion(artifacts, version));
  }
  others.delete(own);
  return others.size;
}

/** An imported model is one of a kind, and so is a version whose package is gone. */
async function configurationOfVersion(
  artifacts: Rooms['artifacts'],
  version: VersionRecord,
): Promise<string> {
  try {
    const { meta } = await readPackage(artifacts, version);
    return meta.imported ? meta.imported.sha256 : configurationOf(meta.recipe);
  } catch (error) {
    if (error instanceof AlphaloomError && error.code.startsWith('ARTIFACT_')) return version.packageId;
    throw error;
  }
}
