import { rm } from 'node:fs/promises';
import { barsBefore, type MarketBars, sliceBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type Series, seriesId } from '../contracts/series.ts';
import type { Database } from '../storage/sqlite.ts';
import { concatCandles } from './candle-builder.ts';
import { barConflict, kindConflict, seriesNotFound, syntheticConflict } from './faults.ts';
import type { History, PreparedFile } from './history.ts';
import {
  findSeries,
  type HistoryFile,
  historyFiles,
  insertSeries,
  putHistoryFiles,
  type SeriesOrigin,
  type SeriesRow,
} from './manifest.ts';
import { mergeCandles } from './merge.ts';
import { holdsDays, type Period, periodsOf } from './periods.ts';
import { deleteRecentBars, readRecentBars } from './recent-bars.ts';

/** Another writer of the same series may win this often before it is called a fault. */
const MAX_ATTEMPTS = 100;

export interface Extension {
  readonly series: Series;
  /** Validated bars to add; may be empty. */
  readonly given: MarketBars;
  /** Recent bars up to this open time move into the history. */
  readonly foldThrough: number;
  /** What the series is made with if it is new, and must agree with if not; null: it must be there. */
  readonly about: SeriesOrigin | null;
}

export interface ExtensionReport {
  readonly added: number;
  readonly skipped: number;
  readonly folded: number;
}

/**
 * Adds bars to a series' history and folds recent ones into it: all files become visible at once, or nothing changes.
 *
 * New files are written beside the old ones without any lock; one short exclusive transaction then checks that the
 * series is still as it was read, names the files and deletes the folded bars. If another process was faster, the work is
 * done again on what it left. A process killed anywhere holds no lock and leaves only files that nothing names.
 * @throws AlphaloomError CANDLES_CONFLICT, CANDLES_NOT_FOUND, CANDLES_DAMAGED, STORE_BUSY, DISK_FULL
 */
export async function extendHistory(
  database: Database,
  history: History,
  extension: Extension,
): Promise<ExtensionReport> {
  const { series } = extension;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const base = await readBase(database, extension);
    const prepared: PreparedFile[] = [];
    try {
      const report = await preparePeriods(history, extension, base, prepared);
      if (prepared.length === 0) return report;
      const replaced = await commit(database, history, extension, base, prepared);
      if (replaced) {
        for (const name of replaced) await rm(history.path(series, name), { force: true });
        return report;
      }
    } catch (error) {
      if (!(await hasMoved(database, series, base))) throw error;
    } finally {
      for (const { temporary } of prepared) await rm(temporary, { force: true });
    }
  }
  throw new AlphaloomError(
    'STORE_BUSY',
    `${seriesId(series)} was changed by other processes all the while. Try again when they are done.`,
    { series: seriesId(series) },
  );
}

/** The state that new files are built on. */
interface Base {
  readonly row: SeriesRow | null;
  readonly files: readonly HistoryFile[];
  /** Recent bars that are to be folded. */
  readonly recent: MarketBars;
}

function readBase(database: Database, extension: Extension): Promise<Base> {
  const { series, foldThrough } = extension;
  return database.read(sql => {
    const row = findSeries(sql, series);
    if (!row) return { row, files: [], recent: concatCandles([]) };
    return {
      row,
      files: historyFiles(sql, row.id),
      recent: readRecentBars(sql, row.id, -Infinity, foldThrough + 1),
    };
  });
}

/** Merges period by period and writes the files of those that gain bars; fills `prepared` so that the caller can tidy up. */
async function preparePeriods(
  history: History,
  { series, given, about }: Extension,
  { row, files, recent }: Base,
  prepared: PreparedFile[],
): Promise<ExtensionReport> {
  if (row && about && row.kind !== about.kind) throw kindConflict(series, row.kind, about.kind);
  if (row && about && row.synthetic !== (about.synthetic ?? false))
    throw syntheticConflict(series, row.synthetic);
  if (!row && !about) throw seriesNotFound(series);
  const report = { added: 0, skipped: 0, folded: recent.openTime.length };
  const byDay = holdsDays(
    series.timeframe,
    files.map(file => file.period),
  );
  for (const period of periodsOf(byDay, given, recent)) {
    const recentOfPeriod = within(recent, period);
    const file = files.find(candidate => candidate.period === period.key);
    const parts = file
      ? [await history.read(series, file, -Infinity, Infinity), recentOfPeriod]
      : [recentOfPeriod];
    const { candles, added, identical, conflict } = mergeCandles(concatCandles(parts), within(given, period));
    if (conflict) throw barConflict(series, conflict);
    report.added += added;
    report.skipped += identical;
    if (added + recentOfPeriod.openTime.length === 0) continue;
    // A new name for each new content of a period, so that readers of the old file keep it whole.
    const revision = file ? `.${(row?.revision ?? 0) + 1}` : '';
    prepared.push(await history.prepare(series, period.key, `${period.name}${revision}.parquet`, candles));
  }
  return report;
}

/** Names the prepared files; answers the names they replace, or null if the series is no longer as `base` says. */
function commit(
  database: Database,
  history: History,
  { series, given, foldThrough, about }: Extension,
  base: Base,
  prepared: readonly PreparedFile[],
): Promise<string[] | null> {
  return database.write(sql => {
    let row = findSeries(sql, series);
    if (row?.revision !== base.row?.revision) return null;
    // Recent bars are only ever added within a revision: their number tells whether there are new ones.
    if (
      row &&
      readRecentBars(sql, row.id, -Infinity, foldThrough + 1).openTime.length !== base.recent.openTime.length
    ) {
      return null;
    }
    row ??= insertSeries(sql, series, { ...about!, anchorTime: given.openTime[0] });
    putHistoryFiles(
      sql,
      row.id,
      prepared.map(({ file }) => file),
    );
    deleteRecentBars(sql, row.id, foldThrough);
    history.publish(series, prepared);
    const periods = new Set(prepared.map(({ file }) => file.period));
    const replaced = base.files.filter(file => periods.has(file.period)).map(file => file.name);
    history.sweep(series, historyFiles(sql, row.id), replaced);
    return replaced;
  });
}

/** Whether another process changed the series since `base`; an error may then come from files that it replaced. */
async function hasMoved(database: Database, series: Series, base: Base): Promise<boolean> {
  const row = await database.read(sql => findSeries(sql, series));
  return row?.revision !== base.row?.revision;
}

function within(bars: MarketBars, { fromTime, toTime }: Period): MarketBars {
  return sliceBars(bars, barsBefore(bars, fromTime), barsBefore(bars, toTime));
}
