import type { DatabaseSync } from 'node:sqlite';
import type { Candles, MarketBars } from '../contracts/candles.ts';
import { type Series, TIMEFRAME_MS } from '../contracts/series.ts';
import type { Database } from '../storage/sqlite.ts';
import { concatCandles } from './candle-builder.ts';
import { seriesNotFound } from './faults.ts';
import type { History } from './history.ts';
import { findSeries, type HistoryFile, historyFiles, type SeriesRow } from './manifest.ts';
import { type RecentStretch, readRecentBars, readRecentStretch } from './recent-bars.ts';

const FILES_AT_ONCE = 16;

/** Open times in epoch ms: `from` inclusive, `to` exclusive; without them everything. */
export interface TimeRange {
  readonly from?: number;
  readonly to?: number;
}

/** What `candles.sqlite` says of a series at one moment. */
export interface Snapshot {
  readonly row: SeriesRow;
  /** All periods, whatever the range. */
  readonly files: readonly HistoryFile[];
  /** Recent bars of the range. */
  readonly recent: Candles;
}

/** What there is of a series, without its bars. */
export interface SeriesState {
  readonly row: SeriesRow;
  readonly files: readonly HistoryFile[];
  /** Null without recent bars. */
  readonly recent: RecentStretch | null;
}

/** To be called inside a transaction. @throws AlphaloomError CANDLES_NOT_FOUND */
export function stateOf(sql: DatabaseSync, series: Series): SeriesState {
  const row = findSeries(sql, series);
  if (!row) throw seriesNotFound(series);
  const recent = readRecentStretch(sql, row.id, TIMEFRAME_MS[row.series.timeframe]);
  return { row, files: historyFiles(sql, row.id), recent };
}

/** To be called inside a transaction. @throws AlphaloomError CANDLES_NOT_FOUND */
export function snapshotOf(sql: DatabaseSync, series: Series, range: TimeRange): Snapshot {
  const row = findSeries(sql, series);
  if (!row) throw seriesNotFound(series);
  const { from, to } = boundsOf(range);
  return { row, files: historyFiles(sql, row.id), recent: readRecentBars(sql, row.id, from, to) };
}

/**
 * Reads a series as it was at one moment: the files that the snapshot names, then the recent bars. A writer may replace
 * and remove a file meanwhile; then the series' revision has moved, and the newer state is read.
 * @throws AlphaloomError CANDLES_NOT_FOUND, CANDLES_DAMAGED
 */
export async function readSnapshot(
  database: Database,
  history: History,
  series: Series,
  range: TimeRange,
): Promise<Snapshot & { readonly candles: MarketBars }> {
  const { from, to } = boundsOf(range);
  for (;;) {
    const snapshot = await database.read(sql => snapshotOf(sql, series, range));
    const files = snapshot.files.filter(file => file.lastTime >= from && file.firstTime < to);
    try {
      const stored: MarketBars[] = [];
      // Not all at once: seconds have a file for each day, and a process may open a thousand or so.
      for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
        const some = files.slice(at, at + FILES_AT_ONCE);
        stored.push(...(await Promise.all(some.map(file => history.read(series, file, from, to)))));
      }
      return { ...snapshot, candles: concatCandles([...stored, snapshot.recent]) };
    } catch (error) {
      const { row } = await database.read(sql => snapshotOf(sql, series, range));
      if (row.revision === snapshot.row.revision) throw error;
    }
  }
}

function boundsOf({ from = -Infinity, to = Infinity }: TimeRange): { from: number; to: number } {
  return { from, to };
}
