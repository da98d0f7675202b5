import type { MarketKind } from '../contracts/series.ts';
import type { CcxtExchange } from './exchange-module.ts';

/** What exchanges call the sections of their market lists, by the kind of market that stands in them. */
const SECTIONS: Readonly<Record<MarketKind, RegExp>> = {
  spot: /^spot$/,
  swap: /^(swap|linear|inverse|contract|perp.*)$/,
};

/** Bars asked for at once where ccxt states no limit. */
const CAUTIOUS_PAGE = 100;

/**
 * Options that keep ccxt off endpoints that are of no use here: currencies and margin pairs (which need keys), markets of
 * another kind.
 */
export function exchangeOptions(exchange: CcxtExchange, kind: MarketKind): Record<string, unknown> {
  const { options } = exchange;
  const listed = (options.fetchMarkets as { types?: unknown } | undefined)?.types;
  const sections = Array.isArray(listed) ? listed.filter(name => SECTIONS[kind].test(name)) : [];
  return {
    defaultType: kind,
    fetchMargins: false,
    // Some exchanges keep a cache of theirs under this name.
    ...(typeof options.fetchCurrencies === 'boolean' ? { fetchCurrencies: false } : {}),
    ...(sections.length > 0
      ? { fetchMarkets: { ...(options.fetchMarkets as object), types: sections } }
      : {}),
  };
}

/** Where fewer bars cost much less: Binance's contracts weigh 499 bars as 2, and 500 as 5. */
const CHEAPEST_PAGE: Readonly<Record<string, number>> = { binanceusdm: 499, binancecoinm: 499 };

/** Bars to ask for at once: the most that a venue gives in one answer as ccxt knows it, or what costs least per bar. */
export function barsPerPage(exchange: CcxtExchange, kind: MarketKind): number {
  const cheapest = CHEAPEST_PAGE[exchange.id];
  if (cheapest !== undefined) return cheapest;
  const features = exchange.features as Features | undefined;
  const ofKind = kind === 'spot' ? features?.spot : (features?.swap?.linear ?? features?.swap?.inverse);
  return ofKind?.fetchOHLCV?.limit ?? CAUTIOUS_PAGE;
}

interface KindFeatures {
  readonly fetchOHLCV?: { readonly limit?: number };
}
interface Features {
  readonly spot?: KindFeatures;
  readonly swap?: { readonly linear?: KindFeatures; readonly inverse?: KindFeatures };
}
