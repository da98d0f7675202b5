import { type MarketKind, parseSymbol, parseVenue } from '../../../contracts/series.ts';

/** How freqtrade names a market: `BTC/USDT`, a perpetual `BTC/USDT:USDT`. */
export interface Pair {
  readonly base: string;
  readonly quote: string;
  /** Null on spot. */
  readonly settle: string | null;
}

/** A market in this project's words. */
export interface Market {
  readonly venue: string;
  readonly symbol: string;
  readonly kind: MarketKind;
}

const PAIR = /^([A-Z0-9]{1,20})\/([A-Z0-9]{1,20})(?::([A-Z0-9]{1,20}))?$/;

/** Exchanges whose names differ here; `linear` swaps settle in their quote, `inverse` ones in their base. */
const EXCHANGES: Readonly<Record<string, { spot?: string; linear?: string; inverse?: string }>> = {
  binance: { linear: 'binance-usdm', inverse: 'binance-coinm' },
  coinbasepro: { spot: 'coinbase' },
  gdax: { spot: 'coinbase' },
  gateio: { spot: 'gate', linear: 'gate-swap', inverse: 'gate-swap' },
  huobi: { spot: 'htx', linear: 'htx-swap', inverse: 'htx-swap' },
  okex: { spot: 'okx', linear: 'okx-swap', inverse: 'okx-swap' },
  // Exchanges with swaps alone.
  krakenfutures: { linear: 'krakenfutures', inverse: 'krakenfutures' },
  hyperliquid: { linear: 'hyperliquid' },
  bitmex: { linear: 'bitmex', inverse: 'bitmex' },
};

export function parsePair(text: string): Pair | null {
  const match = PAIR.exec(text);
  return match ? { base: match[1], quote: match[2], settle: match[3] ?? null } : null;
}

/**
 * Spot keeps the exchange's name; swaps are a venue of their own, by the table or as `<name>-swap`.
 * @throws AlphaloomError VENUE_INVALID, SYMBOL_INVALID
 */
export function marketOf(exchange: string, { base, quote, settle }: Pair): Market {
  const names = Object.hasOwn(EXCHANGES, exchange) ? EXCHANGES[exchange] : {};
  const swap = settle === base ? names.inverse : names.linear;
  return {
    venue: parseVenue(settle === null ? (names.spot ?? exchange) : (swap ?? `${exchange}-swap`)),
    symbol: parseSymbol(`${base}/${quote}`),
    kind: settle === null ? 'spot' : 'swap',
  };
}
