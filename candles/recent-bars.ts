import type { DatabaseSync } from 'node:sqlite';
import type { Candles } from '../contracts/candles.ts';
import { CandleBuilder } from './candle-builder.ts';
import { findGaps } from './gaps.ts';

/** Recent bars of a series with `fromTime` ≤ open time < `toTime` (infinities allowed), ascending. */
export function readRecentBars(
  sql: DatabaseSync,
  seriesId: number,
  fromTime: number,
  toTime: number,
): Candles {
  const builder = new CandleBuilder(64);
  const rows = sql
    .prepare(
      `SELECT open_time, open, high, low, close, volume FROM recent_bars
       WHERE series_id = ? AND open_time >= ? AND open_time < ? ORDER BY open_time`,
    )
    .iterate(seriesId, fromTime, toTime);
  for (const row of rows) {
    const bar = row as Record<'open_time' | 'open' | 'high' | 'low' | 'close' | 'volume', number>;
    builder.push(bar.open_time, bar.open, bar.high, bar.low, bar.close, bar.volume);
  }
  return builder.finish();
}

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
  const stretch = sql
    .prepare(
      `SELECT count(*) AS bars, min(open_time) AS firstTime, max(open_time) AS lastTime
       FROM recent_bars WHERE series_id = ?`,
    )
    .get(seriesId) as unknown as Omit<RecentStretch, 'gaps'>;
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
  const insert = sql.prepare('INSERT OR IGNORE INTO recent_bars VALUES (?, ?, ?, ?, ?, ?, ?)');
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
