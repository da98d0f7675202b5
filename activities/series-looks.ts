import type { Look, LookPlan } from '../contracts/comparison.ts';
import { type GateSpec, gateSchema } from '../contracts/recipe.ts';
import { planLook } from '../evaluation/comparison/looks.ts';
import type { Event, MoveDetail, VersionRecord } from '../registry/registry.ts';
import type { Rooms } from './rooms.ts';

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
  { registry }: Pick<Rooms, 'registry'>,
  candidate: VersionRecord,
  champion: number | null,
  gate: GateSpec,
): Promise<LookPlan> {
  const made = tracesOf(await registry.events(candidate.series));
  const same = made.findIndex(
    ({ event, against }) => event.version === candidate.version && against === champion,
  );
  const earlier = same < 0 ? made : made.slice(0, same);
  const plan = planLook(
    earlier.map(({ look }) => look),
    gate.promotionError,
  );
  if (same < 0) return plan;
  const { number, level } = made[same].look;
  return { ...plan, number, level };
}

/** The gate of a recipe; what recipes of earlier versions did not know is as it is by default. */
export function wholeGate(gate: Partial<GateSpec>): GateSpec {
  return gateSchema.parse(gate);
}

/**
 * Verdicts that rest on a look, one of each, in the order of the looks. A promotion says the same as its verdict, which is
 * missing where the program was ended between the two.
 */
function tracesOf(events: readonly Event[]): (LookTrace & { look: Look; event: Event })[] {
  const traces = new Map<number, LookTrace & { look: Look; event: Event }>();
  for (const event of events) {
    const { look, against } = traceOf(event);
    if (look && !traces.has(look.number)) traces.set(look.number, { look, against: against ?? null, event });
  }
  return [...traces.values()];
}

function traceOf({ kind, detail }: Event): Partial<LookTrace> {
  if (kind === 'verdict') return detail as unknown as LookTrace;
  return kind === 'promote' ? (((detail as MoveDetail).detail ?? {}) as unknown as Partial<LookTrace>) : {};
}
