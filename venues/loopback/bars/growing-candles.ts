import { CANDLE_COLUMNS, type Candles, sliceCandles } from '../../../contracts/candles.ts';

/** Columns of bars that grow at their end. */
export class GrowingCandles {
  #columns: Candles;
  #length = 0;
  #view: Candles | undefined;

  constructor(capacity: number) {
    this.#columns = emptyColumns(Math.max(16, capacity));
  }

  get length(): number {
    return this.#length;
  }

  /** The bars so far, sharing memory. */
  get view(): Candles {
    this.#view ??= sliceCandles(this.#columns, 0, this.#length);
    return this.#view;
  }

  /** Open time of the last bar; -Infinity without one. */
  get lastTime(): number {
    return this.#length === 0 ? -Infinity : this.#columns.openTime[this.#length - 1];
  }

  push(openTime: number, open: number, high: number, low: number, close: number, volume: number): void {
    if (this.#length === this.#columns.openTime.length) this.#grow();
    const row = this.#length++;
    this.#view = undefined;
    this.#columns.openTime[row] = openTime;
    this.#columns.open[row] = open;
    this.#columns.high[row] = high;
    this.#columns.low[row] = low;
    this.#columns.close[row] = close;
    this.#columns.volume[row] = volume;
  }

  /** Takes a later bar into the last one. */
  extendLast(high: number, low: number, close: number, volume: number): void {
    const row = this.#length - 1;
    this.#columns.high[row] = Math.max(this.#columns.high[row], high);
    this.#columns.low[row] = Math.min(this.#columns.low[row], low);
    this.#columns.close[row] = close;
    this.#columns.volume[row] += volume;
  }

  #grow(): void {
    const larger = emptyColumns(2 * this.#length);
    for (const name of CANDLE_COLUMNS) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}

function emptyColumns(length: number): Candles {
  return Object.fromEntries(
    CANDLE_COLUMNS.map(name => [name, new Float64Array(length)]),
  ) as unknown as Candles;
}
