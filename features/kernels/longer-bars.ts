import { type Candles, sliceCandles } from '../../contracts/candles.ts';
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
  #end = Number.NEGATIVE_INFINITY;
  #isFirst = true;
  #isOpen = false;
  #start = 0;
  #opening = 0;
  #high = 0;
  #low = 0;
  #close = 0;
  #volume = 0;

  constructor(barMs: number, multiple: number) {
    this.#barMs = barMs;
    this.#longerMs = barMs * multiple;
    const column = () => new Float64Array(MOST_BARS);
    this.#closed = {
      openTime: column(),
      open: column(),
      high: column(),
      low: column(),
      close: column(),
      volume: column(),
    };
  }

  /** Takes the next bars and gives back the longer ones that they closed; the next call overwrites them. */
  advance(bars: Candles): Candles {
    const { openTime, high, low, close, volume } = bars;
    let closed = 0;
    for (let i = 0; i < openTime.length; i++) {
      const time = openTime[i];
      if (time < this.#end) {
        this.#high = Math.max(this.#high, high[i]);
        this.#low = Math.min(this.#low, low[i]);
        this.#close = close[i];
        this.#volume += volume[i];
      } else {
        if (this.#isOpen) this.#keep(closed++);
        this.#begin(bars, i);
      }
      if (this.#isOpen && time + this.#barMs >= this.#end) {
        this.#keep(closed++);
        this.#isOpen = false;
      }
      this.closedBy[i] = closed;
    }
    return sliceCandles(this.#closed, 0, closed);
  }

  #begin({ openTime, open, high, low, close, volume }: Candles, i: number): void {
    this.#start = Math.floor(openTime[i] / this.#longerMs) * this.#longerMs;
    this.#end = this.#start + this.#longerMs;
    this.#isOpen = !this.#isFirst || openTime[i] === this.#start;
    this.#isFirst = false;
    this.#opening = open[i];
    this.#high = high[i];
    this.#low = low[i];
    this.#close = close[i];
    this.#volume = volume[i];
  }

  #keep(at: number): void {
    this.#closed.openTime[at] = this.#start;
    this.#closed.open[at] = this.#opening;
    this.#closed.high[at] = this.#high;
    this.#closed.low[at] = this.#low;
    this.#closed.close[at] = this.#close;
    this.#closed.volume[at] = this.#volume;
  }
}
