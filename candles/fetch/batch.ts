import { barsBefore, type Candles, sliceCandles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Market } from '../../contracts/market.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { Absence } from '../absences.ts';
import { concatCandles } from '../candle-builder.ts';
import { type BarConflict, mergeCandles } from '../merge.ts';
import type { CandleStore } from '../store.ts';
import { describeKnown } from './missing.ts';
import { absenceOf, type Stretch } from './stretch.ts';

/** A year's file is written anew with each batch: many pages are stored at once, but none waits for long. */
export interface BatchLimits {
  readonly bars: number;
  readonly ms: number;
}

/** Pages and absences on their way into the store: what was fetched is stored in order, whatever happens after it. */
export class Batch {
  added = 0;
  skipped = 0;
  readonly absences: Absence[] = [];
  readonly #store: CandleStore;
  readonly #series: Series;
  readonly #market: Market;
  readonly #limits: BatchLimits;
  readonly #monotonicMs: () => number;
  readonly #closedBy: number;
  #pages: Candles[] = [];
  #bars = 0;
  #startedMs: number;
  #pendingAbsences: Absence[] = [];
  #isKnown: boolean;
  #isMarketRecorded = false;

  constructor(options: {
    readonly store: CandleStore;
    readonly series: Series;
    readonly market: Market;
    readonly limits: BatchLimits;
    readonly monotonicMs: () => number;
    /** The venue's clock before the first page was asked for. */
    readonly closedBy: number;
    readonly isKnown: boolean;
  }) {
    this.#store = options.store;
    this.#series = options.series;
    this.#market = options.market;
    this.#limits = options.limits;
    this.#monotonicMs = options.monotonicMs;
    this.#closedBy = options.closedBy;
    this.#isKnown = options.isKnown;
    this.#startedMs = options.monotonicMs();
  }

  /** Bars later than all that are waiting. */
  async add(candles: Candles): Promise<void> {
    if (candles.openTime.length === 0) return;
    this.#pages.push(candles);
    this.#bars += candles.openTime.length;
    const isDue = this.#monotonicMs() - this.#startedMs >= this.#limits.ms;
    if (this.#bars >= this.#limits.bars || isDue) await this.flush();
  }

  /**
   * Bars that an answer holds besides those asked for: they must be what earlier answers said, or the store says.
   * @throws AlphaloomError VENUE_ANSWER_INVALID; what is contradicted is not stored
   */
  compare(candles: Candles): void {
    if (candles.openTime.length === 0) return;
    const waiting = concatCandles(this.#pages);
    const { candles: merged, conflict } = mergeCandles(waiting, candles);
    this.#pages = conflict ? [sliceCandles(waiting, 0, barsBefore(waiting, conflict.openTime))] : [merged];
    if (conflict) throw contradiction(this.#series, conflict);
  }

  /** That the venue has no bars there. */
  addAbsence(stretch: Stretch): void {
    const absence = absenceOf(stretch, TIMEFRAME_MS[this.#series.timeframe]);
    this.absences.push(absence);
    this.#pendingAbsences.push(absence);
  }

  /** Stores what is waiting. */
  async flush(): Promise<void> {
    const pages = this.#pages.filter(({ openTime }) => openTime.length > 0);
    this.#pages = [];
    this.#bars = 0;
    if (pages.length > 0) {
      const about = { kind: this.#market.kind, source: this.#market.venue };
      const report = await this.#store.append(this.#series, concatCandles(pages), about, this.#closedBy);
      this.added += report.added;
      this.skipped += report.skipped;
      this.#isKnown = true;
    }
    this.#isKnown ||= (await describeKnown(this.#store, this.#series)) !== null;
    if (this.#isKnown) {
      if (!this.#isMarketRecorded) await this.#store.recordMarket(this.#series, this.#market);
      this.#isMarketRecorded = true;
      const absences = this.#pendingAbsences;
      if (absences.length > 0) await this.#store.recordAbsences(this.#series, absences);
      this.#pendingAbsences = [];
    }
    this.#startedMs = this.#monotonicMs();
  }
}

function contradiction(series: Series, { openTime, column, stored, given }: BarConflict): AlphaloomError {
  const time = new Date(openTime).toISOString();
  return new AlphaloomError(
    'VENUE_ANSWER_INVALID',
    `${series.venue} contradicts itself about the bar ${time} of ${seriesId(series)}: ${column} was ${stored} and is now ${given}. Bars from there on were not stored; try again.`,
    { series: seriesId(series), openTime, column, stored, given },
  );
}
