import type { DatabaseSync } from 'node:sqlite';
import { storableJson } from '../artifacts/canonical-json.ts';
import type { Json } from '../contracts/artifact.ts';
import type { MarketKind } from '../contracts/series.ts';
import type { Task } from '../contracts/tasks.ts';
import type { Move } from './lineage.ts';
import type { Event, EventKind, MoveKind, Registration, VersionRecord } from './registry.ts';

/** What a new event says; its time is found at insertion. */
export interface NewEvent {
  readonly operationId: string;
  readonly series: string;
  readonly version: number | null;
  readonly fromVersion: number | null;
  readonly actor: string;
  readonly kind: EventKind;
  readonly detail?: unknown;
}

interface VersionRow {
  readonly series: string;
  readonly version: number;
  readonly package_id: string;
  readonly package_input_hash: string;
  readonly package_sha256: string;
  readonly recipe: string;
  readonly task: Task;
  readonly registered_at: number;
  readonly data_from_time: number;
  readonly data_to_time: number;
  readonly trained_through_time: number;
  readonly eligible: number;
  readonly tradable: number;
  readonly market_kind: MarketKind;
  readonly metrics: string;
  readonly actor: string;
  readonly origin: 'imported' | null;
}

interface EventRow {
  readonly id: number;
  readonly series: string;
  readonly version: number | null;
  readonly at: number;
  readonly actor: string;
  readonly kind: EventKind;
  readonly operation_id: string;
  readonly detail: string;
}

export function insertVersion(
  sql: DatabaseSync,
  series: string,
  registration: Registration,
  at: number,
): number {
  const { package: ref, metrics, ...rest } = registration;
  const { next } = sql
    .prepare('SELECT 1 + coalesce(max(version), 0) AS next FROM versions WHERE series = ?')
    .get(series) as { next: number };
  sql
    .prepare('INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      series,
      next,
      rest.packageId,
      ref.inputHash,
      ref.sha256,
      rest.recipe,
      rest.task,
      at,
      rest.dataFromTime,
      rest.dataToTime,
      rest.trainedThroughTime,
      Number(rest.eligible),
      Number(rest.tradable),
      rest.marketKind,
      storableJson(metrics),
      rest.actor,
      rest.origin ?? null,
    );
  return next;
}

export function selectVersion(sql: DatabaseSync, series: string, version: number): VersionRecord | null {
  const row = sql.prepare('SELECT * FROM versions WHERE series = ? AND version = ?').get(series, version);
  return row ? versionOf(row as unknown as VersionRow) : null;
}

export function selectPackage(
  sql: DatabaseSync,
  series: string,
  { inputHash, sha256 }: Registration['package'],
): VersionRecord | null {
  const row = sql
    .prepare('SELECT * FROM versions WHERE series = ? AND package_input_hash = ? AND package_sha256 = ?')
    .get(series, inputHash, sha256);
  return row ? versionOf(row as unknown as VersionRow) : null;
}

export function selectVersions(sql: DatabaseSync, series: string | null): VersionRecord[] {
  const rows = sql
    .prepare('SELECT * FROM versions WHERE ?1 IS NULL OR series = ?1 ORDER BY series, version')
    .all(series) as unknown as VersionRow[];
  return rows.map(versionOf);
}

export function selectEvents(sql: DatabaseSync, series: string, limit: number): Event[] {
  const rows = sql
    .prepare("SELECT * FROM events WHERE series = ? AND kind <> 'trial' ORDER BY id DESC LIMIT ?")
    .all(series, limit) as unknown as EventRow[];
  return rows.map(eventOf).reverse();
}

export function selectEventsAfter(sql: DatabaseSync, id: number, limit: number): Event[] {
  const rows = sql
    .prepare("SELECT * FROM events WHERE id > ? AND kind <> 'trial' ORDER BY id LIMIT ?")
    .all(id, limit) as unknown as EventRow[];
  return rows.map(eventOf);
}

export function selectLatestEventId(sql: DatabaseSync): number {
  return (sql.prepare('SELECT coalesce(max(id), 0) AS id FROM events').get() as { id: number }).id;
}

export function selectTrials(sql: DatabaseSync, series: string): Event[] {
  const rows = sql
    .prepare("SELECT * FROM events WHERE series = ? AND kind = 'trial' ORDER BY id")
    .all(series) as unknown as EventRow[];
  return rows.map(eventOf);
}

export function selectOperation(sql: DatabaseSync, operationId: string): Event | null {
  const row = sql.prepare('SELECT * FROM events WHERE operation_id = ?').get(operationId);
  return row ? eventOf(row as unknown as EventRow) : null;
}

/** Of each series the latest word on pausing, where it is a pause. */
export function selectPauses(sql: DatabaseSync): Event[] {
  const rows = sql
    .prepare(
      `SELECT * FROM events WHERE kind = 'paused' AND id IN (
         SELECT max(id) FROM events WHERE kind IN ('paused', 'resumed') GROUP BY series
       ) ORDER BY series`,
    )
    .all() as unknown as EventRow[];
  return rows.map(eventOf);
}

export function selectMoves(sql: DatabaseSync, series: string): Move[] {
  const rows = sql
    .prepare(
      `SELECT kind, from_version, version, at FROM events
       WHERE series = ? AND kind IN ('promote', 'rollback') ORDER BY id`,
    )
    .all(series) as unknown as { kind: MoveKind; from_version: number | null; version: number; at: number }[];
  return rows.map(({ kind, from_version, version, at }) => ({ kind, from: from_version, to: version, at }));
}

/** The champion without reading the whole history. */
export function selectChampion(sql: DatabaseSync, series: string): number | null {
  const row = sql
    .prepare(
      `SELECT version FROM events
       WHERE series = ? AND kind IN ('promote', 'rollback') ORDER BY id DESC LIMIT 1`,
    )
    .get(series) as { version: number } | undefined;
  return row?.version ?? null;
}

/** Adds an event at `now`, or at the latest event's time where the clock has stepped back since. */
export function insertEvent(sql: DatabaseSync, event: NewEvent, now: number): Event {
  const at = eventTime(sql, event.series, now);
  const row = sql
    .prepare(
      `INSERT INTO events (series, version, from_version, at, actor, kind, operation_id, detail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    )
    .get(
      event.series,
      event.version,
      event.fromVersion,
      at,
      event.actor,
      event.kind,
      event.operationId,
      storableJson(event.detail ?? null),
    );
  return eventOf(row as unknown as EventRow);
}

/** `now` in whole ms, never before the series' latest event. */
export function eventTime(sql: DatabaseSync, series: string, now: number): number {
  const latest = sql.prepare('SELECT at FROM events WHERE series = ? ORDER BY id DESC LIMIT 1').get(series) as
    | { at: number }
    | undefined;
  return Math.max(Math.floor(now), latest?.at ?? 0);
}

function versionOf(row: VersionRow): VersionRecord {
  return {
    series: row.series,
    version: row.version,
    packageId: row.package_id,
    package: { step: 'package', inputHash: row.package_input_hash, sha256: row.package_sha256 },
    recipe: row.recipe,
    task: row.task,
    registeredAt: row.registered_at,
    dataFromTime: row.data_from_time,
    dataToTime: row.data_to_time,
    trainedThroughTime: row.trained_through_time,
    eligible: row.eligible === 1,
    tradable: row.tradable === 1,
    marketKind: row.market_kind,
    metrics: JSON.parse(row.metrics),
    actor: row.actor,
    ...(row.origin && { origin: row.origin }),
  };
}

function eventOf(row: EventRow): Event {
  const { id, series, version, at, actor, kind } = row;
  return {
    id,
    series,
    version,
    at,
    actor,
    kind,
    operationId: row.operation_id,
    detail: JSON.parse(row.detail) as Json,
  };
}
