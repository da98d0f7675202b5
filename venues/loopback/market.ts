import { barsBefore, type Candles } from '../../contracts/candles.ts';
import { type MarketKind, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';

/** A market that the loopback exchange lists, with the bars it serves. Steps and minimums are decimal strings. */
export interface LoopbackMarket {
  readonly base: string;
  readonly quote: string;
  readonly kind: MarketKind;
  readonly timeframe: Timeframe;
  /** Ascending and aligned; longer timeframes are made of them, shorter ones are not served. */
  readonly candles: Candles;
  readonly tick?: string;
  readonly lot?: string;
  readonly minNotional?: string;
  readonly status?: 'TRADING' | 'BREAK' | 'HALT';
}

export function venueSymbol({ base, quote }: LoopbackMarket): string {
  return `${base}${quote}`;
}

/** A kline as Binance sends it: time, prices and volume as text, close time, and fields of no use here. */
export type Kline = readonly [number, string, string, string, string, string, number, ...unknown[]];

/** The bars of one market at every timeframe from its own up. */
export class MarketBars {
  readonly #market: LoopbackMarket;
  readonly #byTimeframe = new Map<Timeframe, Candles>();

  constructor(market: LoopbackMarket) {
    this.#market = market;
    this.#byTimeframe.set(market.timeframe, market.candles);
  }

  /** Null for timeframes that can't be made of the market's. */
  at(timeframe: Timeframe): Candles | null {
    const own = TIMEFRAME_MS[this.#market.timeframe];
    if (TIMEFRAME_MS[timeframe] % own !== 0) return null;
    let candles = this.#byTimeframe.get(timeframe);
    if (!candles) {
      candles = aggregate(this.#market.candles, TIMEFRAME_MS[timeframe]);
      this.#byTimeframe.set(timeframe, candles);
    }
    return candles;
  }

  /** The last price traded by `now`; null before the first bar. */
  lastPrice(now: number): number | null {
    const { candles } = this.#market;
    const row = barsBefore(candles, now) - 1;
    if (row < 0) return null;
    return isOpen(candles, row, this.#market.timeframe, now) ? candles.open[row] : candles.close[row];
  }
}

/**
 * Klines as they look at `now`: a bar that is not closed shows what has happened of it so far (here, its first trade), and
 * later ones do not exist.
 */
export function klinesAt(
  candles: Candles,
  timeframe: Timeframe,
  now: number,
  from: number,
  to: number,
): Kline[] {
  const klines: Kline[] = [];
  for (let row = from; row < to && candles.openTime[row] <= now; row++) {
    const time = candles.openTime[row];
    const { open, high, low, close, volume } = isOpen(candles, row, timeframe, now)
      ? firstTrade(candles, row)
      : barAt(candles, row);
    klines.push([
      time,
      price(open),
      price(high),
      price(low),
      price(close),
      price(volume),
      time + TIMEFRAME_MS[timeframe] - 1,
      price(volume * close),
      1,
      price(volume / 2),
      price((volume * close) / 2),
      '0',
    ]);
  }
  return klines;
}

/** Exact: the shortest decimal that reads back as the same number (Binance itself has eight decimals). */
function price(value: number): string {
  return value.toString();
}

function barAt(candles: Candles, row: number) {
  const { open, high, low, close, volume } = candles;
  return { open: open[row], high: high[row], low: low[row], close: close[row], volume: volume[row] };
}

function firstTrade(candles: Candles, row: number) {
  const open = candles.open[row];
  return { open, high: open, low: open, close: open, volume: candles.volume[row] / 10 };
}

function isOpen(candles: Candles, row: number, timeframe: Timeframe, now: number): boolean {
  return candles.openTime[row] + TIMEFRAME_MS[timeframe] > now;
}

/** Bars of a longer duration; one whose parts are missing is made of those that are there. */
function aggregate(candles: Candles, durationMs: number): Candles {
  const rows: number[][] = [];
  for (let row = 0; row < candles.openTime.length; row++) {
    const time = Math.floor(candles.openTime[row] / durationMs) * durationMs;
    const { open, high, low, close, volume } = barAt(candles, row);
    const last = rows.at(-1);
    if (last?.[0] !== time) rows.push([time, open, high, low, close, volume]);
    else {
      last[2] = Math.max(last[2], high);
      last[3] = Math.min(last[3], low);
      last[4] = close;
      last[5] += volume;
    }
  }
  const column = (index: number) => Float64Array.from(rows, row => row[index]);
  return {
    openTime: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
}
