import type { DatabaseSync } from 'node:sqlite';
import type { Candles } from '../contracts/candles.ts';
import { statement } from '../storage/statements.ts';
import { findGaps } from './gaps.ts';

/** Recent bars of a series with `fromTime` ≤ open time < `toTime` (infinities allowed), ascending. */
export function readRecentBars(
  sql: DatabaseSync,
  seriesId: number,
  fromTime: number,
  toTime: number,
): Candles {
  const rows = statement(
    sql,
    `SELECT open_time, open, high, low, close, volume FROM recent_bars
     WHERE series_id = ? AND open_time >= ? AND open_time < ? ORDER BY open_time`,
  ).all(seriesId, fromTime, toTime) as unknown as RecentRow[];
  return {
    openTime: Float64Array.from(rows, row => row.open_time),
    open: Float64Array.from(rows, row => row.open),
    high: Float64Array.from(rows, row => row.high),
    low: Float64Array.from(rows, row => row.low),
    close: Float64Array.from(rows, row => row.close),
    volume: Float64Array.from(rows, row => row.volume),
  };
}

type RecentRow = Record<'open_time' | 'open' | 'high' | 'low' | 'close' | 'volume', number>;

/** All recent bars of a series in four numbers. */
export interface RecentStretch {
  readonly bars: number;
  readonly firstTime: number;
  readonly lastTime: number;
  /** Runs of missing bars between them. */
  readonly gaps: number;
}

/** The same without reading the bars: there may be two days of seconds. Null where there are none. */
export function readRecentStretch(
  sql: DatabaseSync,
  seriesId: number,
  durationMs: number,
): RecentStretch | null {
  const stretch = statement(
    sql,
    `SELECT count(*) AS bars, min(open_time) AS firstTime, max(open_time) AS lastTime
     FROM recent_bars WHERE series_id = ?`,
  ).get(seriesId) as unknown as Omit<RecentStretch, 'gaps'>;
  if (stretch.bars === 0) return null;
  const isWhole = stretch.lastTime - stretch.firstTime === (stretch.bars - 1) * durationMs;
  return { ...stretch, gaps: isWhole ? 0 : countRecentGaps(sql, seriesId, durationMs) };
}

/** The same of bars that were read. */
export function stretchOf(openTime: Float64Array, durationMs: number): RecentStretch | null {
  const bars = openTime.length;
  if (bars === 0) return null;
  const gaps = findGaps(openTime, durationMs).length;
  return { bars, firstTime: openTime[0], lastTime: openTime[bars - 1], gaps };
}

function countRecentGaps(sql: DatabaseSync, seriesId: number, durationMs: number): number {
  const { gaps } = sql
    .prepare(
      `SELECT count(*) AS gaps FROM (
         SELECT open_time - lag(open_time) OVER (ORDER BY open_time) AS step FROM recent_bars WHERE series_id = ?
       ) WHERE step > ?`,
    )
    .get(seriesId, durationMs) as { gaps: number };
  return gaps;
}

/** Inserts bars; those that are there already stay as they are. */
export function insertRecentBars(sql: DatabaseSync, seriesId: number, candles: Candles): void {
  const insert = statement(sql, 'INSERT OR IGNORE INTO recent_bars VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (let row = 0; row < candles.openTime.length; row++) {
    insert.run(
      seriesId,
      candles.openTime[row],
      candles.open[row],
      candles.high[row],
      candles.low[row],
      candles.close[row],
      candles.volume[row],
    );
  }
}

/** Deletes the bars that were folded into the history. */
export function deleteRecentBars(sql: DatabaseSync, seriesId: number, throughTime: number): void {
  sql.prepare('DELETE FROM recent_bars WHERE series_id = ? AND open_time <= ?').run(seriesId, throughTime);
}
