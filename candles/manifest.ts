import type { DatabaseSync } from 'node:sqlite';
import type { Market } from '../contracts/market.ts';
import type { MarketKind, Series, Timeframe } from '../contracts/series.ts';
import { statement } from '../storage/statements.ts';

/** A series as `candles.sqlite` knows it. */
export interface SeriesRow {
  readonly id: number;
  readonly series: Series;
  readonly kind: MarketKind;
  readonly anchorTime: number;
  readonly source: string;
  readonly revision: number;
  /** Generated, not recorded. */
  readonly synthetic: boolean;
  /** Rules of the market as its venue last stated them. */
  readonly market: Market | null;
}

/** What a series is made with; `synthetic` where its bars are generated. */
export interface SeriesOrigin {
  readonly kind: MarketKind;
  readonly source: string;
  readonly synthetic?: boolean;
}

/** The current file of one period; `gaps` counts those between its own bars. */
export interface HistoryFile {
  /** The period's key: the year, or yyyymmdd of a day. */
  readonly period: number;
  readonly name: string;
  readonly sha256: string;
  readonly bars: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly gaps: number;
}

export function findSeries(sql: DatabaseSync, series: Series): SeriesRow | null {
  const { venue, symbol, timeframe } = series;
  const row = statement(sql, 'SELECT * FROM series WHERE venue = ? AND symbol = ? AND timeframe = ?').get(
    venue,
    symbol,
    timeframe,
  );
  return row ? seriesRow(row) : null;
}

export function allSeries(sql: DatabaseSync): SeriesRow[] {
  return sql.prepare('SELECT * FROM series ORDER BY venue, symbol, timeframe').all().map(seriesRow);
}

/** Makes the series at revision 0 (no history yet); it must not be there. */
export function insertSeries(
  sql: DatabaseSync,
  series: Series,
  { kind, source, synthetic = false, anchorTime }: SeriesOrigin & { readonly anchorTime: number },
): SeriesRow {
  const { lastInsertRowid } = sql
    .prepare(
      `INSERT INTO series (venue, symbol, timeframe, kind, anchor_time, source, synthetic, revision)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
    )
    .run(series.venue, series.symbol, series.timeframe, kind, anchorTime, source, Number(synthetic));
  return {
    id: Number(lastInsertRowid),
    series,
    kind,
    anchorTime,
    source,
    synthetic,
    market: null,
    revision: 0,
  };
}

export function putMarket(sql: DatabaseSync, seriesId: number, market: Market): void {
  sql.prepare('UPDATE series SET market = ? WHERE id = ?').run(JSON.stringify(market), seriesId);
}

/** Removes a series with all it has; its files stay until nothing names them. */
export function deleteSeries(sql: DatabaseSync, seriesId: number): void {
  for (const table of ['recent_bars', 'history_files', 'absent_bars'])
    sql.prepare(`DELETE FROM ${table} WHERE series_id = ?`).run(seriesId);
  sql.prepare('DELETE FROM series WHERE id = ?').run(seriesId);
}

export function historyFiles(sql: DatabaseSync, seriesId: number): HistoryFile[] {
  return statement(
    sql,
    `SELECT year AS period, name, sha256, bars, first_time AS firstTime, last_time AS lastTime, gaps
     FROM history_files WHERE series_id = ? ORDER BY year`,
  ).all(seriesId) as unknown as HistoryFile[];
}

/** Makes `files` the current ones of their periods and counts the revision up. */
export function putHistoryFiles(sql: DatabaseSync, seriesId: number, files: readonly HistoryFile[]): void {
  const put = sql.prepare('INSERT OR REPLACE INTO history_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const file of files) {
    put.run(
      seriesId,
      file.period,
      file.name,
      file.sha256,
      file.bars,
      file.firstTime,
      file.lastTime,
      file.gaps,
    );
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
    synthetic: row.synthetic === 1,
    market: row.market === null ? null : JSON.parse(row.market as string),
  };
}
