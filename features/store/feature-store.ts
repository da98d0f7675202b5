import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../storage/sqlite.ts';
import { concatRows, emptyRows, type FeatureRows, sliceRows } from './feature-rows.ts';
import {
  allSeries,
  type FeatureEntry,
  type FeatureKey,
  findOrInsert,
  findSeries,
  insertRows,
  partNames,
  putParts,
  type StoredFeatures,
  stateOf,
  summarize,
} from './manifest.ts';
import { PartFiles, type PreparedPart } from './part-files.ts';
import { FEATURE_MIGRATIONS } from './schema.ts';

/** Materialised features of a home; several processes may use it at once, each is free to die at any moment. */
export interface FeatureStore {
  /** Adds newly computed rows of many series in one transaction; rows that are there already are written anew. */
  append(entries: readonly FeatureEntry[]): Promise<void>;
  /** Puts `entry` in place of all that is stored of its series and schema. */
  replace(entry: FeatureEntry): Promise<void>;
  /**
   * Rows with `from` ≤ open time < `to`; null where a file is damaged, so that they have to be computed again. Empty where
   * nothing is stored.
   */
  read(
    key: FeatureKey,
    range?: { readonly from?: number; readonly to?: number },
  ): Promise<FeatureRows | null>;
  /** Moves rows that open before `beforeTime` into files; answers how many. */
  fold(key: FeatureKey, beforeTime: number): Promise<number>;
  list(): Promise<StoredFeatures[]>;
  describe(key: FeatureKey): Promise<StoredFeatures | null>;
  close(): Promise<void>;
}

/** Files of fewer rows are written anew together with the next rows. */
const SMALL_PART_ROWS = 4_096;
const LARGEST_PART_ROWS = 65_536;

/** The store in `root` (ALPHALOOM_HOME): `features.sqlite` and `features/`, made on first use. */
export function createFeatureStore(root: string): FeatureStore {
  let opening: Promise<Database> | undefined;
  const open = (): Promise<Database> => {
    opening ??= openDatabase(join(root, 'features.sqlite'), FEATURE_MIGRATIONS).catch(error => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const filesOf = ({ series, schemaHash }: FeatureKey) => new PartFiles(root, series, schemaHash);
  return {
    async append(entries) {
      await (await open()).write(sql => {
        for (const entry of entries) insertRows(sql, findOrInsert(sql, entry), entry.rows);
      });
    },
    async replace(entry) {
      const database = await open();
      const files = filesOf(entry);
      await withPrepared(files, partsOf(entry.rows), async prepared => {
        const replaced = await database.write(sql => {
          const id = findOrInsert(sql, entry);
          const before = partNames(sql, id);
          sql.prepare('UPDATE feature_series SET anchor_time = ? WHERE id = ?').run(entry.anchorTime, id);
          for (const table of ['feature_parts', 'feature_rows'])
            sql.prepare(`DELETE FROM ${table} WHERE series_id = ?`).run(id);
          return putParts(sql, id, files, prepared, before);
        });
        await files.remove(replaced);
      });
    },
    async read(key, { from = -Infinity, to = Infinity } = {}) {
      const database = await open();
      const files = filesOf(key);
      for (;;) {
        const state = await database.read(sql => stateOf(sql, key, from, to));
        if (state === null) return emptyRows(key.names);
        const parts: FeatureRows[] = [];
        for (const part of state.parts) {
          const rows = await files.read(part, key.names);
          if (rows) parts.push(within(rows, from, to));
        }
        if (parts.length === state.parts.length) return concatRows([...parts, state.recent], key.names);
        // Another process may have put a larger part in its place meanwhile.
        const now = await database.read(sql => stateOf(sql, key, from, to));
        const isSame = now?.parts.map(part => part.name).join() === state.parts.map(part => part.name).join();
        if (isSame) return null;
      }
    },
    async fold(key, beforeTime) {
      const database = await open();
      const files = filesOf(key);
      const state = await database.read(sql => stateOf(sql, key, -Infinity, Infinity));
      if (state === null) return 0;
      const folded = within(state.recent, -Infinity, beforeTime);
      if (folded.openTime.length === 0) return 0;
      const last = state.parts.at(-1);
      const isSmall = last !== undefined && last.rows < SMALL_PART_ROWS;
      const merged = isSmall ? await files.read(last, key.names) : null;
      const rows = merged ? concatRows([merged, folded], key.names) : folded;
      return await withPrepared(files, partsOf(rows), async prepared => {
        const replaced = await database.write(sql => {
          const now = stateOf(sql, key, -Infinity, Infinity);
          // Another process was faster, or added rows that are in no file yet: the next time.
          if (now === null || now.parts.at(-1)?.name !== last?.name) return null;
          if (within(now.recent, -Infinity, beforeTime).openTime.length !== folded.openTime.length)
            return null;
          const before = partNames(sql, now.id);
          if (merged && last) {
            sql
              .prepare('DELETE FROM feature_parts WHERE series_id = ? AND first_time = ?')
              .run(now.id, last.firstTime);
          }
          sql
            .prepare('DELETE FROM feature_rows WHERE series_id = ? AND open_time < ?')
            .run(now.id, beforeTime);
          return putParts(sql, now.id, files, prepared, before);
        });
        await files.remove(replaced ?? []);
        return replaced === null ? 0 : folded.openTime.length;
      });
    },
    list: async () => (await open()).read(sql => allSeries(sql)),
    async describe({ series, schemaHash }) {
      const found = await (await open()).read(sql => findSeries(sql, series, schemaHash));
      return found && (await (await open()).read(sql => summarize(sql, found)));
    },
    async close() {
      (await opening)?.close();
      opening = undefined;
    },
  };
}

function within(rows: FeatureRows, from: number, to: number): FeatureRows {
  const { openTime } = rows;
  let start = 0;
  while (start < openTime.length && openTime[start] < from) start++;
  let end = openTime.length;
  while (end > start && openTime[end - 1] >= to) end--;
  return sliceRows(rows, start, end);
}

function partsOf(rows: FeatureRows): FeatureRows[] {
  const parts: FeatureRows[] = [];
  for (let from = 0; from < rows.openTime.length; from += LARGEST_PART_ROWS)
    parts.push(sliceRows(rows, from, Math.min(from + LARGEST_PART_ROWS, rows.openTime.length)));
  return parts;
}

/** Writes parts, lets `work` name them, and removes what it did not take. */
async function withPrepared<T>(
  files: PartFiles,
  parts: readonly FeatureRows[],
  work: (prepared: readonly PreparedPart[]) => Promise<T>,
): Promise<T> {
  const prepared: PreparedPart[] = [];
  try {
    for (const part of parts) prepared.push(await files.prepare(part));
    return await work(prepared);
  } finally {
    for (const { temporary } of prepared) await rm(temporary, { force: true });
  }
}
