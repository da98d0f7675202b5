import { z } from 'zod';
import type { Json } from '../contracts/artifact.ts';

const time = z.int().min(0);
const metric = z.number().nullable();
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const actor = z.string().min(1).max(200);
const operationId = z.string().min(1).max(500);
const version = z.int().positive();
/** Checked where it is written. */
const json = z.custom<Json>();

/** What is known of a model when it becomes a version; times are epoch ms. */
export const registrationSchema = z.strictObject({
  packageId: z.string().min(1),
  /** The package's artifact: the same one is registered once per series. */
  package: z.strictObject({ step: z.literal('package'), inputHash: hex, sha256: hex }),
  /** Name of the recipe. */
  recipe: z.string().min(1),
  task: z.enum(['direction3', 'approve2', 'return']),
  dataFromTime: time,
  dataToTime: time,
  /** Last label end of training and validation rows: bars after it are unseen. */
  trainedThroughTime: time,
  /** Whether all required rules of the gate passed. */
  eligible: z.boolean(),
  tradable: z.boolean(),
  marketKind: z.enum(['spot', 'swap']),
  /** Trained elsewhere; absent: trained here. */
  origin: z.literal('imported').optional(),
  metrics: z.strictObject({
    mcc: metric,
    directionalAuc: metric,
    balancedAccuracy: metric,
    accuracy: metric,
    majorityAccuracy: metric,
  }),
  actor,
});
export type Registration = z.infer<typeof registrationSchema>;

/** v7 of a series; never changed. */
export interface VersionRecord extends Readonly<Registration> {
  /** `coinbase:BTCUSD/1h` */
  readonly series: string;
  /** 1, 2, 3 … without gaps, per series. */
  readonly version: number;
  readonly registeredAt: number;
}

export const moveRequestSchema = z.strictObject({
  /** The same id is the same operation: asked for twice, it is done once. Unique over moves and events of all series. */
  operationId,
  series: z.string(),
  /** The champion this move was decided against; `current` where the caller doesn't mind. */
  from: z.union([version, z.null(), z.literal('current')]),
  /** `previous`: the champion before the present one, resolved in the move's transaction. */
  to: z.union([version, z.literal('previous')]),
  kind: z.enum(['promote', 'rollback']),
  actor,
  reason: z.string().min(1).max(4_000),
  /** Evidence, kept with the event. */
  detail: json.optional(),
});
export type MoveRequest = Readonly<z.infer<typeof moveRequestSchema>>;
export type MoveKind = MoveRequest['kind'];

/** A move as it was carried out. Where `from` equals `to`, that version was champion already and nothing changed. */
export interface ChampionMove {
  readonly operationId: string;
  readonly series: string;
  readonly kind: MoveKind;
  readonly from: number | null;
  readonly to: number;
  readonly at: number;
  /** Whether an earlier call with this operation id had done it. */
  readonly repeated: boolean;
}

/** Kinds of events that `append` takes; a new kind is a new line. */
const APPENDED_KINDS = [
  'verdict',
  'approval',
  'override',
  'refused',
  'paused',
  'resumed',
  'retrain',
  'probation',
  'trial',
] as const;
export type AppendedKind = (typeof APPENDED_KINDS)[number];
/** `noop` is a move asked for that changed nothing: the version was champion already. */
export type EventKind = AppendedKind | MoveKind | 'registered' | 'noop';

export const eventRequestSchema = z.strictObject({
  operationId,
  series: z.string(),
  version: version.nullable(),
  kind: z.enum(APPENDED_KINDS),
  actor,
  detail: json.optional(),
});
export type EventRequest = Readonly<z.infer<typeof eventRequestSchema>>;

/** A line of a series' history; never changed, never removed. `at` never decreases within a series. */
export interface Event {
  /** Ascending in the order of writing, over all series. */
  readonly id: number;
  readonly series: string;
  readonly version: number | null;
  readonly at: number;
  readonly actor: string;
  readonly kind: EventKind;
  readonly operationId: string;
  /** Of moves and noops a `MoveDetail`, else what was appended. */
  readonly detail: Json;
}

/** What a move's event keeps beside the common columns. */
export type MoveDetail = {
  move: MoveKind;
  requested: number | 'previous';
  from: number | null;
  to: number;
  reason: string;
  detail: Json;
};

/** What `check` found; sound if `problems` is empty. */
export interface HistoryCheck {
  readonly champion: number | null;
  readonly versions: number;
  readonly moves: number;
  readonly problems: readonly string[];
}

/**
 * Versions, champions and their history. The champion is what the events say; there is no second truth. Series are
 * given by id. All methods throw AlphaloomError SERIES_INVALID (or of its parts) for a malformed id, STORE_BUSY,
 * STORE_UNREADABLE, DISK_FULL; INTERNAL for a record that breaks its schema.
 */
export interface Registry {
  /** A package's version of the series: a new one, or the one that this package artifact has already (`cached`). */
  register(
    series: string,
    registration: Registration,
  ): Promise<{ readonly version: VersionRecord; readonly cached: boolean }>;
  /** @throws AlphaloomError VERSION_NOT_FOUND */
  get(series: string, version: number): Promise<VersionRecord>;
  /** In order of series and version. */
  list(series?: string): Promise<VersionRecord[]>;
  /** Ids of the series that have versions, sorted. */
  listSeries(): Promise<string[]>;
  champion(series: string): Promise<VersionRecord | null>;
  /** Where a rollback to `previous` would lead. */
  previousChampion(series: string): Promise<VersionRecord | null>;
  /** The champion at a time (epoch ms), after all moves of that millisecond. */
  championAt(series: string, time: number): Promise<VersionRecord | null>;
  /**
   * Moves the champion in one transaction, or answers what the operation's first call did. A repeated call is known by
   * its series, kind and `to`; `from` may differ, it was checked when the move was made.
   * @throws AlphaloomError CHAMPION_CONFLICT (details.champion: what it is now), CHAMPION_NONE, CHAMPION_PREVIOUS_NONE,
   *   CHAMPION_NEVER (a rollback to a version that never was champion),
   *   VERSION_NOT_FOUND, OPERATION_REUSED
   */
  moveChampion(request: MoveRequest): Promise<ChampionMove>;
  /**
   * Adds a line to the history, or answers the one that this operation added before (same series, version and kind).
   * @throws AlphaloomError VERSION_NOT_FOUND, OPERATION_REUSED
   */
  append(request: EventRequest): Promise<{ readonly event: Event; readonly repeated: boolean }>;
  /** What was recorded under an operation id. */
  operation(operationId: string): Promise<Event | null>;
  /** Oldest first, without trials; with a limit, the latest ones. */
  events(series: string, options?: { readonly limit?: number }): Promise<Event[]>;
  /** Of all series, without trials, in the order of writing: at most `limit` that were written after an event. */
  eventsAfter(id: number, limit: number): Promise<Event[]>;
  /** Of the event written last, over all series; 0 where there is none. */
  latestEventId(): Promise<number>;
  /** What was tried for the series, oldest first. */
  trials(series: string): Promise<Event[]>;
  isPaused(series: string): Promise<boolean>;
  /** The pauses that hold now: who paused which series, when and why; in order of series. */
  listPaused(): Promise<Event[]>;
  /** Whether any rollback ever led away from this version. */
  wasRolledBack(series: string, version: number): Promise<boolean>;
  /** Reads the whole history and says where it is not a single line. */
  check(series: string): Promise<HistoryCheck>;
  close(): void;
}
