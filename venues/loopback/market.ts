import { Decimal } from 'decimal.js';
import { barsBefore, type Candles } from '../../contracts/candles.ts';
import { type MarketKind, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { GrowingCandles } from './bars/growing-candles.ts';
import { pathOfBar, positionAt, STEPS_PER_BAR, stepAt } from './bars/price-path.ts';
import type { BarRow } from './orders/book-event.ts';

/** A market that the loopback exchange lists, with the bars it serves. Steps and minimums are decimal strings. */
export interface LoopbackMarket {
  readonly base: string;
  readonly quote: string;
  readonly kind: MarketKind;
  readonly timeframe: Timeframe;
  /** Ascending and aligned; longer timeframes are made of them, shorter ones are not served. */
  readonly candles: Candles;
  /** Bars after those, without end: the n-th bar of all, `candles` counted. They come as time passes. */
  readonly barAt?: (index: number) => BarRow;
  readonly tick?: string;
  readonly lot?: string;
  readonly minNotional?: string;
  readonly status?: 'TRADING' | 'BREAK' | 'HALT';
  /** Largest order, base units. */
  readonly maxQuantity?: string;
  /** Largest market order, base units. */
  readonly maxMarketQuantity?: string;
  /** The filter that states the smallest order: older markets have `MIN_NOTIONAL`. */
  readonly notionalFilter?: 'NOTIONAL' | 'MIN_NOTIONAL';
  /** How far a limit price may be from the last one, up and down, as factors. */
  readonly percentPrice?: { readonly up: string; readonly down: string };
}

export function venueSymbol({ base, quote }: LoopbackMarket): string {
  return `${base}${quote}`;
}

/** A kline as Binance sends it: time, prices and volume as text, close time, and fields of no use here. */
export type Kline = readonly [number, string, string, string, string, string, number, ...unknown[]];

/** What an open bar shows: its first trade only, or its price's path so far. */
export type OpenBar = 'first-trade' | 'path';

/** Prices in quote currency, volume in base units. */
export interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The bars of one market at every timeframe from its own up. */
export class MarketBars {
  readonly durationMs: number;
  readonly #own: GrowingCandles;
  readonly #longer = new Map<Timeframe, { readonly bars: GrowingCandles; folded: number }>();
  readonly #timeframe: Timeframe;
  readonly #openBar: OpenBar;
  readonly #barAt: LoopbackMarket['barAt'];

  constructor({ timeframe, candles, barAt }: LoopbackMarket, openBar: OpenBar) {
    this.#barAt = barAt;
    this.#timeframe = timeframe;
    this.#openBar = openBar;
    this.durationMs = TIMEFRAME_MS[timeframe];
    this.#own = new GrowingCandles(candles.openTime.length);
    for (let row = 0; row < candles.openTime.length; row++) this.#own.push(...rowOf(candles, row));
  }

  /** Of the market's own timeframe. */
  get candles(): Candles {
    return this.#own.view;
  }

  /** Adds bars at the end; those that are there already are passed over. Answers the new ones. */
  append(rows: readonly BarRow[]): BarRow[] {
    const last = this.#own.lastTime;
    const later = rows.filter(([openTime]) => openTime > last);
    for (const row of later) this.#own.push(...row);
    return later;
  }

  /** Bars of a market without end, up to `now`. */
  extendTo(now: number): void {
    if (!this.#barAt) return;
    for (;;) {
      const row = this.#barAt(this.#own.length);
      if (row[0] > now) return;
      this.#own.push(...row);
    }
  }

  /** Null for timeframes that can't be made of the market's. */
  at(timeframe: Timeframe): Candles | null {
    if (timeframe === this.#timeframe) return this.#own.view;
    const duration = TIMEFRAME_MS[timeframe];
    if (duration % this.durationMs !== 0) return null;
    const longer = this.#longer.get(timeframe) ?? { bars: new GrowingCandles(64), folded: 0 };
    this.#longer.set(timeframe, longer);
    foldBars(this.#own.view, longer, duration);
    return longer.bars.view;
  }

  /** The last price traded by `now`; null before the first bar. */
  lastPrice(now: number): number | null {
    const candles = this.#own.view;
    if (this.#openBar === 'path') {
      const position = positionAt(candles, this.durationMs, now);
      return position === null ? null : stepAt(candles, this.durationMs, position).price;
    }
    const row = barsBefore(candles, now) - 1;
    if (row < 0) return null;
    return isOpen(candles, row, this.durationMs, now) ? candles.open[row] : candles.close[row];
  }

  /** What has happened of the bar that is open at `now`; null where none is. */
  openBar(now: number): Bar | null {
    const candles = this.#own.view;
    const row = barsBefore(candles, now + 1) - 1;
    return row >= 0 && isOpen(candles, row, this.durationMs, now) ? this.#soFar(candles, row, now) : null;
  }

  /**
   * Klines as they look at `now`: a bar that is not closed shows what has happened of it so far, and later ones do not exist.
   */
  klines(candles: Candles, timeframe: Timeframe, now: number, from: number, to: number): Kline[] {
    const durationMs = TIMEFRAME_MS[timeframe];
    const klines: Kline[] = [];
    for (let row = from; row < to && candles.openTime[row] <= now; row++) {
      const time = candles.openTime[row];
      const bar = isOpen(candles, row, durationMs, now)
        ? this.#soFar(candles, row, now)
        : barAt(candles, row);
      klines.push([
        time,
        decimalText(bar.open),
        decimalText(bar.high),
        decimalText(bar.low),
        decimalText(bar.close),
        decimalText(bar.volume),
        time + durationMs - 1,
        decimalText(bar.volume * bar.close),
        1,
        decimalText(bar.volume / 2),
        decimalText((bar.volume * bar.close) / 2),
        '0',
      ]);
    }
    return klines;
  }

  #soFar(candles: Candles, row: number, now: number): Bar {
    const open = candles.open[row];
    if (this.#openBar === 'first-trade')
      return { open, high: open, low: open, close: open, volume: candles.volume[row] / 10 };
    const own = this.#own.view;
    const first = barsBefore(own, candles.openTime[row]);
    const last = barsBefore(own, now + 1) - 1;
    const bar = { open, high: -Infinity, low: Infinity, close: open, volume: 0 };
    for (let part = first; part <= last; part++) {
      const isWhole = !isOpen(own, part, this.durationMs, now);
      const steps = isWhole
        ? STEPS_PER_BAR
        : 1 + Math.floor(((now - own.openTime[part]) * STEPS_PER_BAR) / this.durationMs);
      const prices = pathOfBar(own.open[part], own.high[part], own.low[part], own.close[part]).slice(
        0,
        steps,
      );
      bar.high = Math.max(bar.high, ...prices);
      bar.low = Math.min(bar.low, ...prices);
      bar.close = prices[prices.length - 1];
      bar.volume += (own.volume[part] * steps) / STEPS_PER_BAR;
    }
    return bar;
  }
}

/** Exact: the shortest decimal that reads back as the same number, in digits (Binance itself has eight decimals). */
export function decimalText(value: number): string {
  const shortest = value.toString();
  return shortest.includes('e') ? new Decimal(value).toFixed() : shortest;
}

function rowOf({ openTime, open, high, low, close, volume }: Candles, row: number): BarRow {
  return [openTime[row], open[row], high[row], low[row], close[row], volume[row]];
}

/** Bars as rows. */
export function rowsOf(candles: Candles): BarRow[] {
  return Array.from(candles.openTime, (_, row) => rowOf(candles, row));
}

function barAt(candles: Candles, row: number): Bar {
  const { open, high, low, close, volume } = candles;
  return { open: open[row], high: high[row], low: low[row], close: close[row], volume: volume[row] };
}

function isOpen(candles: Candles, row: number, durationMs: number, now: number): boolean {
  return candles.openTime[row] + durationMs > now;
}

/** Bars of a longer duration; one whose parts are missing is made of those that are there. */
function foldBars(
  candles: Candles,
  longer: { readonly bars: GrowingCandles; folded: number },
  durationMs: number,
) {
  for (; longer.folded < candles.openTime.length; longer.folded++) {
    const [openTime, open, high, low, close, volume] = rowOf(candles, longer.folded);
    const time = Math.floor(openTime / durationMs) * durationMs;
    const { bars } = longer;
    if (bars.lastTime !== time) bars.push(time, open, high, low, close, volume);
    else bars.extendLast(high, low, close, volume);
  }
}
