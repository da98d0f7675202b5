import { CANDLE_COLUMNS, type Candles } from '../contracts/candles.ts';

type Columns = { -readonly [Column in keyof Candles]: Float64Array<ArrayBuffer> };

/** Gathers bars one by one into columns that double when full, so memory follows what was read, not what was declared. */
export class CandleBuilder {
  length = 0;
  #columns: Columns;

  constructor(capacity = 4_096) {
    this.#columns = allocate(capacity);
  }

  push(openTime: number, open: number, high: number, low: number, close: number, volume: number): void {
    const row = this.length++;
    if (row === this.#columns.openTime.length) this.#grow();
    const columns = this.#columns;
    columns.openTime[row] = openTime;
    columns.open[row] = open;
    columns.high[row] = high;
    columns.low[row] = low;
    columns.close[row] = close;
    columns.volume[row] = volume;
  }

  /** Copies row `row` of `candles`. */
  pushRow(candles: Candles, row: number): void {
    this.push(
      candles.openTime[row],
      candles.open[row],
      candles.high[row],
      candles.low[row],
      candles.close[row],
      candles.volume[row],
    );
  }

  finish(): Candles {
    const { length } = this;
    const columns = allocate(length);
    for (const column of CANDLE_COLUMNS) columns[column].set(this.#columns[column].subarray(0, length));
    return columns;
  }

  #grow(): void {
    const larger = allocate(this.#columns.openTime.length * 2);
    for (const column of CANDLE_COLUMNS) larger[column].set(this.#columns[column]);
    this.#columns = larger;
  }
}

/** All bars of `parts`, one after the other; the parts must follow each other in time. */
export function concatCandles(parts: readonly Candles[]): Candles {
  if (parts.length === 1) return parts[0];
  const columns = allocate(parts.reduce((bars, part) => bars + part.openTime.length, 0));
  let row = 0;
  for (const part of parts) {
    for (const column of CANDLE_COLUMNS) columns[column].set(part[column], row);
    row += part.openTime.length;
  }
  return columns;
}

function allocate(length: number): Columns {
  return {
    openTime: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  };
}
