import { AlphaloomError } from '../contracts/errors.ts';
import { type MarketKind, parseSymbol } from '../contracts/series.ts';
import type { CcxtMarket } from './exchange-module.ts';
import { nearest } from './nearest.ts';

/**
 * The one market of a venue that a symbol means, found by base, quote, kind and settlement. ccxt's own look-up takes a
 * venue's id for any market that bears it: `LINKUSDT` gives the perpetual where the spot market is not listed.
 * @param text `BTCUSDT`, `BTC/USDT`, or with its settlement `BTC/USDT:USDT`
 * @throws AlphaloomError SYMBOL_UNKNOWN naming near ones, SYMBOL_AMBIGUOUS naming the candidates, SYMBOL_INVALID
 */
export function resolveSymbol(
  venue: string,
  markets: readonly CcxtMarket[],
  kind: MarketKind,
  text: string,
): CcxtMarket {
  const wanted = readSymbol(text);
  const ofKind = markets.filter(market => (kind === 'spot' ? market.spot : market.swap) === true);
  const fitting = ofKind.filter(
    market =>
      compactSymbol(market) === wanted.compact &&
      (wanted.base === null || market.base.toUpperCase() === wanted.base) &&
      (wanted.settle === null || market.settle?.toUpperCase() === wanted.settle),
  );
  if (fitting.length === 1) return fitting[0];
  if (fitting.length === 0) throw unknownSymbol(venue, markets, ofKind, kind, wanted.compact, text);
  const candidates = fitting.map(market => market.symbol);
  throw new AlphaloomError(
    'SYMBOL_AMBIGUOUS',
    `${text} may be ${candidates.join(' or ')} on ${venue}. Write it that way.`,
    { venue, symbol: text, kind, candidates },
  );
}

/** `BTCUSDT` of a market, whatever its venue calls it. */
export function compactSymbol(market: CcxtMarket): string {
  return `${market.base}${market.quote}`.toUpperCase();
}

interface WantedSymbol {
  readonly compact: string;
  /** Null where base and quote are written in one. */
  readonly base: string | null;
  readonly settle: string | null;
}

function readSymbol(text: string): WantedSymbol {
  const settle = /:([A-Z0-9]+)$/.exec(text)?.[1] ?? null;
  const base = /^([A-Z0-9]+)[/-]/.exec(text)?.[1] ?? null;
  return { compact: parseSymbol(text), base, settle };
}

function unknownSymbol(
  venue: string,
  markets: readonly CcxtMarket[],
  ofKind: readonly CcxtMarket[],
  kind: MarketKind,
  compact: string,
  text: string,
): AlphaloomError {
  const near = nearest(compact, new Set(ofKind.map(compactSymbol)));
  const elsewhere = markets.filter(market => !ofKind.includes(market) && compactSymbol(market) === compact);
  const other =
    elsewhere.length > 0 ? ` (it lists ${elsewhere.map(market => market.symbol).join(', ')})` : '';
  return new AlphaloomError(
    'SYMBOL_UNKNOWN',
    `${venue} lists no ${kind} market ${text}${other}; near are ${near.join(', ') || 'none'}.`,
    { venue, symbol: text, kind, nearest: near, elsewhere: elsewhere.map(market => market.symbol) },
  );
}
