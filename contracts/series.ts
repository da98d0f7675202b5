import { AlphaloomError } from './errors.ts';

/** Duration of one bar in milliseconds, by timeframe. */
export const TIMEFRAME_MS = {
  '1s': 1_000,
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
} as const;

export type Timeframe = keyof typeof TIMEFRAME_MS;
export const TIMEFRAMES = Object.keys(TIMEFRAME_MS) as Timeframe[];

const STALE_AFTER_BARS = 2;

/** Whether the bar that opens at `lastOpenTime`, a series' newest, closed over two bars ago (epoch ms). */
export function isStale(lastOpenTime: number, timeframe: Timeframe, now: number): boolean {
  return now - lastOpenTime > (1 + STALE_AFTER_BARS) * TIMEFRAME_MS[timeframe];
}

/** Open time of the newest bar that has closed by `now`, both epoch ms on one clock. */
export function newestClosedBar(timeframe: Timeframe, now: number): number {
  const barMs = TIMEFRAME_MS[timeframe];
  return Math.floor(now / barMs) * barMs - barMs;
}

/** `spot` can't be sold short; `swap` is a perpetual. */
export type MarketKind = 'spot' | 'swap';

/** One market of one venue at one timeframe: what candles, features and models belong to. */
export interface Series {
  readonly venue: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** `coinbase:BTCUSD/1h`, the id used in the registry, in workflow ids and on the command line. */
export function seriesId(series: Series): string {
  return `${series.venue}:${series.symbol}/${series.timeframe}`;
}

/**
 * Reads `venue:SYMBOL/timeframe`; without a venue, the default one is taken.
 * @throws AlphaloomError SERIES_INVALID, SYMBOL_INVALID, TIMEFRAME_INVALID, VENUE_INVALID
 */
export function parseSeriesId(text: string, defaultVenue: string): Series {
  const slash = text.lastIndexOf('/');
  if (slash < 0) {
    throw new AlphaloomError(
      'SERIES_INVALID',
      `Expected venue:SYMBOL/timeframe, e.g. coinbase:BTCUSD/1h; got "${text}".`,
    );
  }
  return parseSeries(text.slice(0, slash), text.slice(slash + 1), defaultVenue);
}

/** Reads a symbol argument (`BTCUSD`, `coinbase:BTC/USD`) and a timeframe into a series. */
export function parseSeries(symbolText: string, timeframeText: string, defaultVenue: string): Series {
  const colon = symbolText.indexOf(':');
  const hasVenue = colon > 0 && !symbolText.slice(0, colon).includes('/');
  return {
    venue: parseVenue(hasVenue ? symbolText.slice(0, colon) : defaultVenue),
    symbol: parseSymbol(hasVenue ? symbolText.slice(colon + 1) : symbolText),
    timeframe: parseTimeframe(timeframeText),
  };
}

export function parseTimeframe(text: string): Timeframe {
  if (Object.hasOwn(TIMEFRAME_MS, text)) return text as Timeframe;
  throw new AlphaloomError(
    'TIMEFRAME_INVALID',
    `"${text}" is not a timeframe. Use one of ${TIMEFRAMES.join(', ')}.`,
    { got: text, allowed: TIMEFRAMES },
  );
}

export function parseVenue(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(text)) return text;
  throw new AlphaloomError(
    'VENUE_INVALID',
    `"${text}" is not a venue name: lower-case letters, digits and dashes, e.g. binance or binance-usdm.`,
    { got: text },
  );
}

/** Compact id (`BTCUSDT`) from `BTCUSDT`, `BTC/USDT`, `BTC-USDT` or ccxt's `BTC/USDT:USDT`. */
export function parseSymbol(text: string): string {
  const compact = text.replace(/:[A-Z0-9]+$/, '').replace(/[/-]/, '');
  if (/^[A-Z0-9]{2,40}$/.test(compact)) return compact;
  throw new AlphaloomError(
    'SYMBOL_INVALID',
    `"${text}" is not a symbol. Write it compact and in capitals, e.g. BTCUSDT (BTC/USDT is accepted too).`,
    { got: text },
  );
}
