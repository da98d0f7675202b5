import { CANDLE_COLUMNS, type Candles } from '../contracts/candles.ts';

/** The newest bars of a series, a fixed number of them at most. */
export class RecentBars {
  readonly #most: number;
  /** Twice as long as what is kept: bars are moved to the front once in `most`, not at every one. */
  readonly #columns: Candles;
  #from = 0;
  #to = 0;

  constructor(most: number) {
    this.#most = most;
    this.#columns = eachColumn(() => new Float64Array(2 * most));
  }

  /** Takes the bars that follow. */
  advance(bars: Candles): void {
    const count = bars.close.length;
    const first = Math.max(0, count - this.#most);
    const taken = count - first;
    if (this.#to + taken > 2 * this.#most) this.#moveToFront(this.#most - Math.min(taken, this.#most));
    for (const name of CANDLE_COLUMNS) this.#columns[name].set(bars[name].subarray(first, count), this.#to);
    this.#to += taken;
    this.#from = Math.max(this.#from, this.#to - this.#most);
  }

  /** What is kept, at most `count` bars, in memory that the next `advance` may change. */
  newest(count: number): Candles {
    const from = Math.max(this.#from, this.#to - count);
    return eachColumn(name => this.#columns[name].subarray(from, this.#to));
  }

  /** Keeps the newest `kept` bars alone. */
  #moveToFront(kept: number): void {
    const from = Math.max(this.#from, this.#to - kept);
    for (const name of CANDLE_COLUMNS) this.#columns[name].copyWithin(0, from, this.#to);
    this.#to -= from;
    this.#from = 0;
  }
}

function eachColumn(make: (name: (typeof CANDLE_COLUMNS)[number]) => Float64Array): Candles {
  return {
    openTime: make('openTime'),
    open: make('open'),
    high: make('high'),
    low: make('low'),
    close: make('close'),
    volume: make('volume'),
  };
}
