import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { MarketBars } from '../contracts/candles.ts';
import type { Market } from '../contracts/market.ts';
import type { QualitySpec } from '../contracts/quality.ts';
import { parseSymbol, parseTimeframe, parseVenue, type Series, TIMEFRAME_MS } from '../contracts/series.ts';
import { type Database, openDatabase } from '../storage/sqlite.ts';
import { type Absence, putAbsences, readAbsences } from './absences.ts';
import { type RecentBars, type RecentOutcome, storeLateBars, storeRecentBars } from './append-recent.ts';
import { concatCandles } from './candle-builder.ts';
import { checkSeries, type SeriesCheck } from './check.ts';
import { extendHistory } from './extend-history.ts';
import { seriesNotFound } from './faults.ts';
import { History } from './history.ts';
import {
  allSeries,
  deleteSeries,
  findSeries,
  putMarket,
  type SeriesOrigin,
  type SeriesRow,
} from './manifest.ts';
import { stretchOf } from './recent-bars.ts';
import { CANDLE_MIGRATIONS } from './schema.ts';
import { readSnapshot, stateOf, type TimeRange } from './snapshot.ts';
import { showsUsualSpacing, validateSpacing } from './spacing.ts';
import { type SeriesSummary, summarize } from './summary.ts';
import { validateCandles } from './validate.ts';

/** What an append did: bars that are new, and equal ones that were there already. */
export interface AppendReport {
  readonly series: Series;
  readonly added: number;
  readonly skipped: number;
}

/** Closed bars of all series of a home; several processes may use it at once, each is free to die at any moment. */
export interface CandleStore {
  /**
   * Bars of the range, ascending; empty where the range holds none. Seconds made from ticks come with their extra columns.
   * @throws AlphaloomError CANDLES_NOT_FOUND (no such series), CANDLES_DAMAGED
   */
  read(series: Series, range?: TimeRange): Promise<MarketBars>;
  /**
   * Validates bars and adds them to the history, older or newer than what is there; makes the series if it is new.
   * All become visible at once, or none. What is closed, `closedBy` says (epoch ms: a venue's clock), else the store's clock.
   * Bars that a venue gave for this timeframe may be as sparse as they are; others must be spaced like it.
   * @throws AlphaloomError CANDLES_INVALID, CANDLES_CONFLICT (a bar or the kind differs), CANDLES_DAMAGED, DISK_FULL
   */
  append(series: Series, candles: MarketBars, about: SeriesOrigin, closedBy?: number): Promise<AppendReport>;
  /**
   * Stores newly closed bars of series that exist, in one transaction; answers for each in the order given. What is closed,
   * `closedBy` says, as in `append`.
   */
  appendRecent(entries: readonly RecentBars[], closedBy?: number): Promise<RecentOutcome[]>;
  /** Moves recent bars that open before `beforeTime` into the Parquet history; answers how many. */
  fold(series: Series, beforeTime: number): Promise<number>;
  /**
   * Keeps the rules of the series' market beside its bars; the last ones count.
   * @throws AlphaloomError CANDLES_NOT_FOUND
   */
  recordMarket(series: Series, market: Market): Promise<void>;
  /**
   * Keeps that the venue, asked, had no bars in these stretches (open times, both included).
   * @throws AlphaloomError CANDLES_NOT_FOUND
   */
  recordAbsences(series: Series, absences: readonly Absence[]): Promise<void>;
  /**
   * All that was recorded, or what the venue was asked for at least `settledMs` after its last bar's open.
   * @throws AlphaloomError CANDLES_NOT_FOUND
   */
  absences(series: Series, settledMs?: number): Promise<Absence[]>;
  /**
   * Drops a series with all its bars; answers how many there were.
   * @throws AlphaloomError CANDLES_NOT_FOUND
   */
  remove(series: Series): Promise<number>;
  list(): Promise<SeriesSummary[]>;
  /** @throws AlphaloomError CANDLES_NOT_FOUND */
  describe(series: Series): Promise<SeriesSummary>;
  /**
   * Reads and validates every bar, and reports the series' quality by the given thresholds, or the default ones.
   * @throws AlphaloomError CANDLES_NOT_FOUND, CANDLES_DAMAGED, CANDLES_INVALID, STORE_UNREADABLE
   */
  check(series: Series, quality?: QualitySpec): Promise<SeriesCheck>;
  close(): Promise<void>;
}

/** The store in `root` (ALPHALOOM_HOME): `candles.sqlite` and `candles/`, made on first use. */
export function createCandleStore(root: string, options: { readonly now: () => number }): CandleStore {
  const history = new History(root);
  let opening: Promise<Database> | undefined;
  const open = (): Promise<Database> => {
    opening ??= openDatabase(join(root, 'candles.sqlite'), CANDLE_MIGRATIONS).catch(error => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    read: async (series, range = EVERYTHING) =>
      (await readSnapshot(await open(), history, series, range)).candles,
    async append(given, candles, about, closedBy) {
      const series = checkedSeries(given);
      validateCandles(candles, series.timeframe, closedBy ?? options.now());
      const database = await open();
      const isNew = (await database.read(sql => findSeries(sql, series))) === null;
      const isVenues = closedBy !== undefined;
      // A few bars added to a known series may all stand beside gaps.
      if (!isVenues && (isNew || showsUsualSpacing(candles))) validateSpacing(candles, series.timeframe);
      const foldThrough = candles.openTime[candles.openTime.length - 1];
      const { added, skipped } = await extendHistory(database, history, {
        series,
        given: candles,
        foldThrough,
        about,
      });
      return { series, added, skipped };
    },
    async appendRecent(entries, closedBy = options.now()) {
      const database = await open();
      const steps = await storeRecentBars(database, entries, closedBy);
      const outcomes: RecentOutcome[] = [];
      for (const [index, step] of steps.entries()) {
        outcomes.push(step === 'late' ? await storeLateBars(database, history, entries[index]) : step);
      }
      return outcomes;
    },
    async fold(series, beforeTime) {
      const extension = { series, given: concatCandles([]), foldThrough: beforeTime - 1, about: null };
      return (await extendHistory(await open(), history, extension)).folded;
    },
    async recordMarket(series, market) {
      await (await open()).write(sql => putMarket(sql, rowOf(sql, series).id, market));
    },
    async recordAbsences(series, absences) {
      const now = options.now();
      await (await open()).write(sql => putAbsences(sql, rowOf(sql, series).id, absences, now));
    },
    absences: async (series, settledMs = -Infinity) =>
      (await open()).read(sql => readAbsences(sql, rowOf(sql, series).id, settledMs)),
    async remove(series) {
      return (await open()).write(sql => {
        const state = stateOf(sql, series);
        const { bars } = summarize(state);
        deleteSeries(sql, state.row.id);
        history.removeAll(state.row.series);
        return bars;
      });
    },
    describe: async series => (await open()).read(sql => summarize(stateOf(sql, series))),
    list: async () =>
      (await open()).read(sql => allSeries(sql).map(row => summarize(stateOf(sql, row.series)))),
    async check(series, quality) {
      // A history of its own, so that every file is hashed anew.
      const snapshot = await readSnapshot(await open(), new History(root), series, EVERYTHING);
      const recent = stretchOf(snapshot.recent.openTime, TIMEFRAME_MS[series.timeframe]);
      return checkSeries(summarize({ ...snapshot, recent }), snapshot.candles, options.now(), quality);
    },
    async close() {
      (await opening)?.close();
      opening = undefined;
    },
  };
}

const EVERYTHING: TimeRange = {};

function rowOf(sql: DatabaseSync, series: Series): SeriesRow {
  const row = findSeries(sql, series);
  if (!row) throw seriesNotFound(series);
  return row;
}

/** The names of a new series become folders. */
function checkedSeries(series: Series): Series {
  return {
    venue: parseVenue(series.venue),
    symbol: parseSymbol(series.symbol),
    timeframe: parseTimeframe(series.timeframe),
  };
}
