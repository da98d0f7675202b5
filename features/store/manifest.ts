import type { DatabaseSync } from 'node:sqlite';
import type { Series, Timeframe } from '../../contracts/series.ts';
import { type FeatureRows, packRow, unpackRows } from './feature-rows.ts';
import type { Part, PartFiles, PreparedPart } from './part-files.ts';

/** Which features of which series. */
export interface FeatureKey {
  readonly series: Series;
  readonly schemaHash: string;
  /** The schema's features in their order. */
  readonly names: readonly string[];
}

export interface StoredFeatures extends FeatureKey {
  /** Open time of the bar at which the series began when the rows were computed. */
  readonly anchorTime: number;
  readonly rows: number;
  readonly lastTime: number;
}

export interface FeatureEntry extends FeatureKey {
  readonly anchorTime: number;
  readonly rows: FeatureRows;
}

interface SeriesRow {
  readonly id: number;
  readonly venue: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly schema_hash: string;
  readonly names: string;
  readonly anchor_time: number;
}

export function findSeries(sql: DatabaseSync, series: Series, schemaHash: string): SeriesRow | null {
  const { venue, symbol, timeframe } = series;
  const row = sql
    .prepare(
      'SELECT * FROM feature_series WHERE venue = ? AND symbol = ? AND timeframe = ? AND schema_hash = ?',
    )
    .get(venue, symbol, timeframe, schemaHash);
  return (row as unknown as SeriesRow) ?? null;
}

export function findOrInsert(
  sql: DatabaseSync,
  { series, schemaHash, names, anchorTime }: FeatureEntry,
): number {
  const found = findSeries(sql, series, schemaHash);
  if (found) return found.id;
  const { lastInsertRowid } = sql
    .prepare(
      'INSERT INTO feature_series (venue, symbol, timeframe, schema_hash, names, anchor_time) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .run(series.venue, series.symbol, series.timeframe, schemaHash, JSON.stringify(names), anchorTime);
  return Number(lastInsertRowid);
}

/** Rows that stand in a part already are left out: another process was faster. */
export function insertRows(sql: DatabaseSync, id: number, rows: FeatureRows): void {
  const { last } = sql
    .prepare('SELECT coalesce(max(last_time), 0) AS last FROM feature_parts WHERE series_id = ?')
    .get(id) as { last: number };
  const insert = sql.prepare('INSERT OR REPLACE INTO feature_rows VALUES (?, ?, ?)');
  for (let row = 0; row < rows.openTime.length; row++)
    if (rows.openTime[row] > last) insert.run(id, rows.openTime[row], packRow(rows, row));
}

/** What `features.sqlite` says of a series and schema at one moment. */
export interface State {
  readonly id: number;
  /** Parts that meet the range, ascending. */
  readonly parts: readonly Part[];
  /** Rows of the range that stand in no part. */
  readonly recent: FeatureRows;
}

export function stateOf(
  sql: DatabaseSync,
  { series, schemaHash, names }: FeatureKey,
  from: number,
  to: number,
): State | null {
  const found = findSeries(sql, series, schemaHash);
  if (found === null) return null;
  const parts = sql
    .prepare(
      `SELECT name, first_time AS firstTime, last_time AS lastTime, rows, sha256 FROM feature_parts
       WHERE series_id = ? AND last_time >= ? AND first_time < ? ORDER BY first_time`,
    )
    .all(found.id, from, to) as unknown as Part[];
  const rows = sql
    .prepare(
      `SELECT open_time, row FROM feature_rows
       WHERE series_id = ? AND open_time >= ? AND open_time < ? ORDER BY open_time`,
    )
    .all(found.id, from, to) as unknown as { open_time: number; row: Uint8Array }[];
  return { id: found.id, parts, recent: unpackRows(rows, names) };
}

export function partNames(sql: DatabaseSync, id: number): Set<string> {
  const rows = sql.prepare('SELECT name FROM feature_parts WHERE series_id = ?').all(id);
  return new Set(rows.map(({ name }) => name as string));
}

/**
 * Names the prepared parts. Files of `before`, the names at the transaction's start, stay: killed before its end, they still
 * count. Answers those that nobody needs once it is committed.
 */
export function putParts(
  sql: DatabaseSync,
  id: number,
  files: PartFiles,
  prepared: readonly PreparedPart[],
  before: ReadonlySet<string>,
): string[] {
  const put = sql.prepare('INSERT OR REPLACE INTO feature_parts VALUES (?, ?, ?, ?, ?, ?)');
  for (const { part } of prepared)
    put.run(id, part.firstTime, part.lastTime, part.rows, part.name, part.sha256);
  files.publish(prepared);
  const after = partNames(sql, id);
  files.sweep(new Set([...before, ...after]));
  return [...before].filter(name => !after.has(name));
}

export function summarize(sql: DatabaseSync, row: SeriesRow): StoredFeatures {
  const { parts, rows, last } = sql
    .prepare(
      `SELECT (SELECT coalesce(sum(rows), 0) FROM feature_parts WHERE series_id = $id) AS parts,
              (SELECT count(*) FROM feature_rows WHERE series_id = $id) AS rows,
              max((SELECT coalesce(max(last_time), 0) FROM feature_parts WHERE series_id = $id),
                  (SELECT coalesce(max(open_time), 0) FROM feature_rows WHERE series_id = $id)) AS last`,
    )
    .get({ id: row.id }) as Record<'parts' | 'rows' | 'last', number>;
  const { venue, symbol, timeframe } = row;
  return {
    series: { venue, symbol, timeframe },
    schemaHash: row.schema_hash,
    names: JSON.parse(row.names),
    anchorTime: row.anchor_time,
    rows: parts + rows,
    lastTime: last,
  };
}

export function allSeries(sql: DatabaseSync): StoredFeatures[] {
  const rows = sql.prepare('SELECT * FROM feature_series ORDER BY venue, symbol, timeframe').all();
  return (rows as unknown as SeriesRow[]).map(row => summarize(sql, row));
}
