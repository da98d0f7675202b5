import type { DatabaseSync } from 'node:sqlite';
import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Series } from '../contracts/series.ts';
import type { Database } from '../storage/sqlite.ts';
import { extendHistory } from './extend-history.ts';
import { barConflict, seriesNotFound } from './faults.ts';
import type { History } from './history.ts';
import { findSeries, historyEnd, historyFiles } from './manifest.ts';
import { mergeCandles } from './merge.ts';
import { insertRecentBars, readRecentBars } from './recent-bars.ts';
import { validateCandles } from './validate.ts';

/** Newly closed bars of one series. */
export interface RecentBars {
  readonly series: Series;
  readonly candles: Candles;
}

/** What became of one series' bars: all added (or there already), or none and why. */
export type RecentOutcome =
  | { readonly series: Series; readonly ok: true; readonly added: number; readonly skipped: number }
  | { readonly series: Series; readonly ok: false; readonly error: AlphaloomError };

/** `late` bars are not newer than the history: they belong into it. */
export type RecentStep = RecentOutcome | 'late';

/** Stores closed bars of many series in one transaction; a series whose bars are refused stops no other. */
export function storeRecentBars(
  database: Database,
  entries: readonly RecentBars[],
  nowMs: number,
): Promise<RecentStep[]> {
  const refused = entries.map(entry => refusalOf(entry, nowMs));
  return database.write(sql => entries.map((entry, index) => refused[index] ?? storeEntry(sql, entry)));
}

/** Adds late bars of a known series to its history. */
export async function storeLateBars(
  database: Database,
  history: History,
  { series, candles }: RecentBars,
): Promise<RecentOutcome> {
  const foldThrough = candles.openTime[candles.openTime.length - 1];
  try {
    const report = await extendHistory(database, history, {
      series,
      given: candles,
      foldThrough,
      about: null,
    });
    return { series, ok: true, added: report.added, skipped: report.skipped };
  } catch (error) {
    return refusal(series, error);
  }
}

function refusalOf({ series, candles }: RecentBars, nowMs: number): RecentOutcome | null {
  try {
    validateCandles(candles, series.timeframe, nowMs);
    return null;
  } catch (error) {
    return refusal(series, error);
  }
}

function refusal(series: Series, error: unknown): RecentOutcome {
  if (error instanceof AlphaloomError) return { series, ok: false, error };
  throw error;
}

function storeEntry(sql: DatabaseSync, { series, candles }: RecentBars): RecentStep {
  const row = findSeries(sql, series);
  if (!row) return { series, ok: false, error: seriesNotFound(series) };
  const { openTime } = candles;
  if (openTime[0] <= historyEnd(historyFiles(sql, row.id))) return 'late';
  const stored = readRecentBars(sql, row.id, openTime[0], openTime[openTime.length - 1] + 1);
  const { added, identical, conflict } = mergeCandles(stored, candles);
  if (conflict) return { series, ok: false, error: barConflict(series, conflict) };
  insertRecentBars(sql, row.id, candles);
  return { series, ok: true, added, skipped: identical };
}
