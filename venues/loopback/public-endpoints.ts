import {
  bookTicker,
  depth,
  exchangeInfo,
  klines,
  type PageStyle,
  ticker24h,
  tickerPrice,
  trades,
} from './answers.ts';
import type { Fault } from './faults.ts';
import type { ListedMarket } from './listed-market.ts';
import { missingParameter, VenueRefusal } from './refusal.ts';
import { spoilKlines } from './spoiled-answers.ts';
import type { Limits, Section } from './weights.ts';

/** A request for public data. */
export interface PublicCall {
  readonly section: Section;
  /** Markets of the section that are listed. */
  readonly listed: readonly ListedMarket[];
  readonly query: URLSearchParams;
  readonly now: number;
  readonly limits: Limits;
  readonly spreadTicks: number;
  readonly pageStyle: PageStyle;
  readonly fault: Fault | null;
}

/** Public requests by path. */
export const PUBLIC_ENDPOINTS: Readonly<Record<string, (call: PublicCall) => unknown>> = {
  ping: () => ({}),
  time: ({ now }) => ({ serverTime: now }),
  exchangeInfo: ({ section, listed, now, limits }) => exchangeInfo(section, listed, now, limits),
  klines: call => {
    const { section, query, now, pageStyle, fault } = call;
    const { asked, before } = klines(section, named(call), query, now, pageStyle);
    return fault ? spoilKlines(asked, before, fault) : asked;
  },
  depth: call => depth(named(call), call.query, call.now, call.spreadTicks, call.section),
  trades: call => trades(named(call), call.query, call.now),
  'ticker/24hr': call => each(call, listed => ticker24h(listed, call.now, call.spreadTicks)),
  'ticker/bookTicker': call => each(call, listed => bookTicker(listed, call.now, call.spreadTicks)),
  'ticker/price': call => each(call, listed => tickerPrice(listed, call.now)),
};

function named({ listed, query }: PublicCall): ListedMarket {
  const symbol = query.get('symbol');
  if (symbol === null) throw missingParameter('symbol');
  return find(listed, symbol);
}

function find(listed: readonly ListedMarket[], symbol: string): ListedMarket {
  const found = listed.find(market => market.symbol === symbol);
  if (!found) throw new VenueRefusal(-1121, 'Invalid symbol.');
  return found;
}

/** One symbol's answer, or a list of those that are named (`symbols`, a JSON list), or of all. */
function each<Answer>(call: PublicCall, describe: (listed: ListedMarket) => Answer): Answer | Answer[] {
  if (call.query.has('symbol')) return describe(named(call));
  const symbols = call.query.get('symbols');
  if (symbols === null) return call.listed.map(describe);
  if (!/^\[("[A-Z0-9]+",?)+\]$/.test(symbols))
    throw new VenueRefusal(-1100, "Illegal characters found in parameter 'symbols'.");
  return (JSON.parse(symbols) as string[]).map(symbol => describe(find(call.listed, symbol)));
}
