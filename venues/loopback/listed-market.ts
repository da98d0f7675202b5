import { type LoopbackMarket, MarketBars, type OpenBar, venueSymbol } from './market.ts';
import type { Pair } from './orders/book.ts';
import type { MarketStatus } from './orders/book-event.ts';
import { type MarketRules, rulesOf } from './orders/market-filters.ts';

/** A market with its bars, as requests and orders meet it. */
export interface ListedMarket {
  readonly symbol: string;
  readonly pair: Pair;
  readonly market: LoopbackMarket;
  readonly rules: MarketRules;
  readonly bars: MarketBars;
  /** One that is delisted is not served any more. */
  status: MarketStatus;
}

export function listMarket(market: LoopbackMarket, openBar: OpenBar): ListedMarket {
  return {
    symbol: venueSymbol(market),
    pair: { base: market.base, quote: market.quote },
    market,
    rules: rulesOf(market),
    bars: new MarketBars(market, openBar),
    status: market.status ?? 'TRADING',
  };
}
