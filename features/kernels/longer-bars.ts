import { CANDLE_COLUMNS, type Candles, sliceCandles } from '../../contracts/candles.ts';
import { CHUNK_BARS } from './kernel.ts';

/** A row can end two longer bars at once: the one before, whose last bars are missing, and its own. */
const MOST_BARS = CHUNK_BARS + 1;

/**
 * Bars of a longer timeframe made from a series' own, aligned to the epoch (UTC). A longer bar is closed at the row whose own
 * close reaches its end; where its last bars are missing, at the first later row. Bars are missing inside of it without harm,
 * but the one in which the series begins counts only if it begins there too.
 */
export class LongerBars {
  /** Longer bars that were closed by each row of the last call, 0 at its start. */
  readonly closedBy = new Uint16Array(CHUNK_BARS);
  readonly #barMs: number;
  readonly #longerMs: number;
  readonly #closed: Candles;
  /** The longer bar under way, of which nobody hears before it is closed. */
  readonly #under: Candles;
  #end = Number.NEGATIVE_INFINITY;
  #isFirst = true;
  #isOpen = false;

  constructor(barMs: number, multiple: number) {
    this.#barMs = barMs;
    this.#longerMs = barMs * multiple;
    this.#closed = emptyBars(MOST_BARS);
    this.#under = emptyBars(1);
  }

  /** Takes the next bars and gives back the longer ones that they closed; the next call overwrites them. */
  advance(bars: Candles): Candles {
    const { openTime } = bars;
    let closed = 0;
    for (let from = 0; from < openTime.length; ) {
      if (openTime[from] >= this.#end) {
        if (this.#isOpen) this.#keep(closed++);
        this.#begin(bars, from);
      }
      let to = from;
      do this.closedBy[to++] = closed;
      while (to < openTime.length && openTime[to] < this.#end);
      this.#extend(bars, from, to);
      if (this.#isOpen && openTime[to - 1] + this.#barMs >= this.#end) {
        this.#keep(closed++);
        this.closedBy[to - 1] = closed;
        this.#isOpen = false;
      }
      from = to;
    }
    return sliceCandles(this.#closed, 0, closed);
  }

  #begin({ openTime, open }: Candles, row: number): void {
    const start = Math.floor(openTime[row] / this.#longerMs) * this.#longerMs;
    this.#end = start + this.#longerMs;
    this.#isOpen = !this.#isFirst || openTime[row] === start;
    this.#isFirst = false;
    this.#under.openTime[0] = start;
    this.#under.open[0] = open[row];
    this.#under.high[0] = Number.NEGATIVE_INFINITY;
    this.#under.low[0] = Number.POSITIVE_INFINITY;
    this.#under.volume[0] = 0;
  }

  /** Takes rows `from` (inclusive) to `to` (exclusive) into the bar under way. */
  #extend({ high, low, close, volume }: Candles, from: number, to: number): void {
    const under = this.#under;
    let highest = under.high[0];
    let lowest = under.low[0];
    let traded = under.volume[0];
    for (let i = from; i < to; i++) {
      highest = Math.max(highest, high[i]);
      lowest = Math.min(lowest, low[i]);
      traded += volume[i];
    }
    under.high[0] = highest;
    under.low[0] = lowest;
    under.close[0] = close[to - 1];
    under.volume[0] = traded;
  }

  #keep(at: number): void {
    for (const name of CANDLE_COLUMNS) this.#closed[name][at] = this.#under[name][0];
  }
}

function emptyBars(rows: number): Candles {
  const column = () => new Float64Array(rows);
  return {
    openTime: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
}
