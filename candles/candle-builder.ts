import {
  CANDLE_COLUMNS,
  type Candles,
  EXTRA_COLUMNS,
  type ExtraColumn,
  type MarketBars,
} from '../contracts/candles.ts';

type Columns = { -readonly [Column in keyof Candles]: Float64Array<ArrayBuffer> } & {
  [Column in ExtraColumn]?: Float64Array<ArrayBuffer>;
};

/** Gathers bars one by one into columns that double when full, so memory follows what was read, not what was declared. */
export class CandleBuilder {
  length = 0;
  readonly #extras: readonly ExtraColumn[];
  #columns: Columns;

  /** @param extras extra columns that the bars have; NaN for what is not given */
  constructor(capacity = 4_096, extras: readonly ExtraColumn[] = []) {
    this.#extras = extras;
    this.#columns = allocate(capacity, extras);
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
    for (const extra of this.#extras) columns[extra]![row] = Number.NaN;
  }

  /** Copies row `row` of `candles`. */
  pushRow(candles: MarketBars, row: number): void {
    this.push(
      candles.openTime[row],
      candles.open[row],
      candles.high[row],
      candles.low[row],
      candles.close[row],
      candles.volume[row],
    );
    for (const extra of this.#extras) this.setExtra(extra, candles[extra]?.[row] ?? Number.NaN);
  }

  /** Gives the last bar a value of an extra column. */
  setExtra(extra: ExtraColumn, value: number): void {
    this.#columns[extra]![this.length - 1] = value;
  }

  finish(): MarketBars {
    return this.#copyTo(allocate(this.length, this.#extras), this.length);
  }

  #grow(): void {
    const { length } = this.#columns.openTime;
    this.#columns = this.#copyTo(allocate(length * 2, this.#extras), length);
  }

  #copyTo(larger: Columns, length: number): Columns {
    for (const column of [...CANDLE_COLUMNS, ...this.#extras])
      larger[column]!.set(this.#columns[column]!.subarray(0, length));
    return larger;
  }
}

/**
 * All bars of `parts`, one after the other; the parts must follow each other in time. An extra column that one of them has
 * is NaN in those that have it not.
 */
export function concatCandles(parts: readonly MarketBars[]): MarketBars {
  if (parts.length === 1) return parts[0];
  const bars = parts.reduce((total, part) => total + part.openTime.length, 0);
  const columns = allocate(bars, extrasOf(...parts));
  let row = 0;
  for (const part of parts) {
    const end = row + part.openTime.length;
    for (const column of CANDLE_COLUMNS) columns[column].set(part[column], row);
    for (const extra of EXTRA_COLUMNS) {
      const given = part[extra];
      if (given) columns[extra]!.set(given, row);
      else columns[extra]?.fill(Number.NaN, row, end);
    }
    row = end;
  }
  return columns;
}

/** The extra columns that any of the given bars have. */
export function extrasOf(...sets: readonly MarketBars[]): ExtraColumn[] {
  return EXTRA_COLUMNS.filter(extra => sets.some(bars => bars[extra] !== undefined));
}

function allocate(length: number, extras: readonly ExtraColumn[]): Columns {
  const columns: Columns = {
    openTime: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  };
  for (const extra of extras) columns[extra] = new Float64Array(length);
  return columns;
}
