import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../storage/sqlite.ts';
import { championMove } from './champion-move.ts';
import { checkHistory } from './history-check.ts';
import { championAt, foldLineage } from './lineage.ts';
import {
  eventRequestSchema,
  moveRequestSchema,
  type Registration,
  type Registry,
  registrationSchema,
  type VersionRecord,
} from './registry.ts';
import { checkInput, checkSeries, requireVersion, reused } from './requests.ts';
import {
  eventTime,
  insertEvent,
  insertVersion,
  type NewEvent,
  selectChampion,
  selectEvents,
  selectEventsAfter,
  selectLatestEventId,
  selectMoves,
  selectOperation,
  selectPackage,
  selectPauses,
  selectTrials,
  selectVersions,
} from './rows.ts';
import { REGISTRY_MIGRATIONS } from './schema.ts';

/**
 * The registry in one SQLite file, shared by all processes of a home.
 * @throws AlphaloomError STORE_TOO_NEW, STORE_BUSY, STORE_UNREADABLE, PERMISSION_DENIED, DISK_FULL
 */
export async function openSqliteRegistry(path: string, { now }: { now: () => number }): Promise<Registry> {
  const database = await openDatabase(path, REGISTRY_MIGRATIONS);
  const champions = new Map<string, { stamp: string; champion: VersionRecord | null }>();
  return {
    async register(series, registration) {
      const id = checkSeries(series);
      const valid = checkInput(registrationSchema, registration, 'A registration');
      return await database.write(sql => {
        const known = selectPackage(sql, id, valid.package);
        if (known) return { version: known, cached: true };
        const at = eventTime(sql, id, now());
        const version = insertVersion(sql, id, valid, at);
        insertEvent(sql, registeredEvent(sql, id, version, valid), at);
        return { version: requireVersion(sql, id, version), cached: false };
      });
    },

    async get(series, version) {
      const id = checkSeries(series);
      return await database.read(sql => requireVersion(sql, id, version));
    },

    async list(series) {
      const id = series === undefined ? null : checkSeries(series);
      return await database.read(sql => selectVersions(sql, id));
    },

    async listSeries() {
      return await database.read(sql => {
        const rows = sql.prepare('SELECT DISTINCT series FROM versions ORDER BY series').all();
        return rows.map(({ series }) => series as string);
      });
    },

    // Asked at every prediction: what was read holds until somebody writes.
    async champion(series) {
      const stamp = database.stamp();
      const known = champions.get(series);
      if (known?.stamp === stamp) return known.champion;
      const id = checkSeries(series);
      const champion = await database.read(sql => versionOrNull(sql, id, selectChampion(sql, id)));
      champions.set(series, { stamp, champion });
      return champion;
    },

    async previousChampion(series) {
      const id = checkSeries(series);
      return await database.read(sql => versionOrNull(sql, id, foldLineage(selectMoves(sql, id)).previous));
    },

    async championAt(series, time) {
      const id = checkSeries(series);
      return await database.read(sql => versionOrNull(sql, id, championAt(selectMoves(sql, id), time)));
    },

    async moveChampion(request) {
      const series = checkSeries(request.series);
      const valid = checkInput(moveRequestSchema, request, 'A move of a champion');
      return await database.write(sql => championMove(sql, { ...valid, series }, now()));
    },

    async append(request) {
      const series = checkSeries(request.series);
      const valid = checkInput(eventRequestSchema, request, 'An event');
      return await database.write(sql => {
        const known = selectOperation(sql, valid.operationId);
        if (known) {
          const isSame =
            known.series === series && known.version === valid.version && known.kind === valid.kind;
          if (!isSame) throw reused(valid.operationId);
          return { event: known, repeated: true };
        }
        if (valid.version !== null) requireVersion(sql, series, valid.version);
        return { event: insertEvent(sql, { ...valid, series, fromVersion: null }, now()), repeated: false };
      });
    },

    async operation(operationId) {
      return await database.read(sql => selectOperation(sql, operationId));
    },

    async events(series, { limit } = {}) {
      const id = checkSeries(series);
      return await database.read(sql => selectEvents(sql, id, limit ?? -1));
    },

    async eventsAfter(id, limit) {
      return await database.read(sql => selectEventsAfter(sql, id, limit));
    },

    async latestEventId() {
      return await database.read(selectLatestEventId);
    },

    async trials(series) {
      const id = checkSeries(series);
      return await database.read(sql => selectTrials(sql, id));
    },

    async isPaused(series) {
      const id = checkSeries(series);
      return await database.read(sql => {
        const latest = sql
          .prepare(
            "SELECT kind FROM events WHERE series = ? AND kind IN ('paused', 'resumed') ORDER BY id DESC LIMIT 1",
          )
          .get(id);
        return latest?.kind === 'paused';
      });
    },

    async listPaused() {
      return await database.read(selectPauses);
    },

    async wasRolledBack(series, version) {
      const id = checkSeries(series);
      return await database.read(sql => foldLineage(selectMoves(sql, id)).rolledBack.has(version));
    },

    async check(series) {
      const id = checkSeries(series);
      return await database.read(sql => checkHistory(sql, id));
    },

    close: () => database.close(),
  };
}

function versionOrNull(sql: DatabaseSync, series: string, version: number | null): VersionRecord | null {
  return version === null ? null : requireVersion(sql, series, version);
}

function registeredEvent(
  sql: DatabaseSync,
  series: string,
  version: number,
  { packageId, package: ref, recipe, eligible, tradable, actor }: Registration,
): NewEvent {
  const operationId = `registered/${series}/v${version}`;
  if (selectOperation(sql, operationId)) throw reused(operationId);
  const detail = { packageId, package: ref, recipe, eligible, tradable };
  return { operationId, series, version, fromVersion: null, actor, kind: 'registered', detail };
}
