import type { DatabaseSync } from 'node:sqlite';
import type { MarketKind, Series, Timeframe } from '../contracts/series.ts';

/** A series as `candles.sqlite` knows it. */
export interface SeriesRow {
  readonly id: number;
  readonly series: Series;
  readonly kind: MarketKind;
  readonly anchorTime: number;
  readonly source: string;
  readonly revision: number;
}

/** The current file of one year; `gaps` counts those between its own bars. */
export interface HistoryFile {
  readonly year: number;
  readonly name: string;
  readonly sha256: string;
  readonly bars: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly gaps: number;
}

export function findSeries(sql: DatabaseSync, series: Series): SeriesRow | null {
  const row = sql
    .prepare('SELECT * FROM series WHERE venue = ? AND symbol = ? AND timeframe = ?')
    .get(series.venue, series.symbol, series.timeframe);
  return row ? seriesRow(row) : null;
}

export function allSeries(sql: DatabaseSync): SeriesRow[] {
  return sql.prepare('SELECT * FROM series ORDER BY venue, symbol, timeframe').all().map(seriesRow);
}

/** Makes the series at revision 0 (no history yet); it must not be there. */
export function insertSeries(
  sql: DatabaseSync,
  series: Series,
  about: { readonly kind: MarketKind; readonly anchorTime: number; readonly source: string },
): SeriesRow {
  const { lastInsertRowid } = sql
    .prepare(
      'INSERT INTO series (venue, symbol, timeframe, kind, anchor_time, source, revision) VALUES (?, ?, ?, ?, ?, ?, 0)',
    )
    .run(series.venue, series.symbol, series.timeframe, about.kind, about.anchorTime, about.source);
  return { id: Number(lastInsertRowid), series, ...about, revision: 0 };
}

export function historyFiles(sql: DatabaseSync, seriesId: number): HistoryFile[] {
  return sql
    .prepare(
      `SELECT year, name, sha256, bars, first_time AS firstTime, last_time AS lastTime, gaps
       FROM history_files WHERE series_id = ? ORDER BY year`,
    )
    .all(seriesId) as unknown as HistoryFile[];
}

/** Makes `files` the current ones of their years and counts the revision up. */
export function putHistoryFiles(sql: DatabaseSync, seriesId: number, files: readonly HistoryFile[]): void {
  const put = sql.prepare('INSERT OR REPLACE INTO history_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const file of files) {
    put.run(seriesId, file.year, file.name, file.sha256, file.bars, file.firstTime, file.lastTime, file.gaps);
  }
  sql.prepare('UPDATE series SET revision = revision + 1 WHERE id = ?').run(seriesId);
}

/** Open time of the newest bar in the history's files, −Infinity without any. */
export function historyEnd(files: readonly HistoryFile[]): number {
  return files.at(-1)?.lastTime ?? -Infinity;
}

function seriesRow(row: Record<string, unknown>): SeriesRow {
  return {
    id: row.id as number,
    series: {
      venue: row.venue as string,
      symbol: row.symbol as string,
      timeframe: row.timeframe as Timeframe,
    },
    kind: row.kind as MarketKind,
    anchorTime: row.anchor_time as number,
    source: row.source as string,
    revision: row.revision as number,
  };
}
