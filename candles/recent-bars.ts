import type { DatabaseSync } from 'node:sqlite';
import type { Candles } from '../contracts/candles.ts';
import { CandleBuilder } from './candle-builder.ts';

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
