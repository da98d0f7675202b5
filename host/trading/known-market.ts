import type { Venues } from '../../activities/rooms.ts';
import type { CandleStore } from '../../candles/store.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Market } from '../../contracts/market.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';

interface MarketRooms {
  readonly candles: Pick<CandleStore, 'describe'>;
  readonly venues: Venues;
  readonly record: Pick<AccountRecord, 'venue' | 'symbols' | 'clock' | 'kind' | 'quote'>;
}

/** Quote currencies by which a symbol is split where no venue says what it is made of; the longest that fits counts. */
const QUOTES = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'TUSD', 'USD', 'EUR', 'GBP', 'JPY', 'BTC', 'ETH', 'BNB'];

/**
 * A paper account's market: as the store has it, else as its venue states it; recorded bars of a market that nobody stated
 * are played without steps and minimums, as a backtest plays them.
 */
export async function knownMarket({ candles, venues, record }: MarketRooms, symbol: string): Promise<Market> {
  const { venue, symbols, clock } = record;
  const traded = symbols.find(each => each.symbol === symbol);
  if (traded !== undefined) {
    const market = await storedMarket(candles, { venue, ...traded });
    if (market !== null) return market;
  }
  if (clock.kind === 'real') return await (await venues.client(venue)).market(symbol);
  return marketWithoutRules(record, symbol);
}

async function storedMarket(
  candles: Pick<CandleStore, 'describe'>,
  series: Parameters<CandleStore['describe']>[0],
): Promise<Market | null> {
  try {
    return (await candles.describe(series)).market;
  } catch (error) {
    if (error instanceof AlphaloomError && error.code === 'CANDLES_NOT_FOUND') return null;
    throw error;
  }
}

export function marketWithoutRules(
  { venue, kind }: Pick<AccountRecord, 'venue' | 'kind'>,
  symbol: string,
): Market {
  const quote = quoteOf(symbol);
  const base = symbol.slice(0, symbol.length - quote.length);
  return {
    venue,
    symbol,
    kind,
    base,
    quote,
    settle: kind === 'swap' ? quote : null,
    venueSymbol: symbol,
    unifiedSymbol: kind === 'swap' ? `${base}/${quote}:${quote}` : `${base}/${quote}`,
    active: true,
    tick: null,
    lot: null,
    minQuantity: null,
    maxQuantity: null,
    minNotional: null,
    contractSize: null,
    makerFee: null,
    takerFee: null,
    fetchedTime: 0,
  };
}

/** @throws AlphaloomError SYMBOL_AMBIGUOUS */
export function quoteOf(symbol: string): string {
  const found = QUOTES.filter(quote => symbol.endsWith(quote) && symbol.length > quote.length).toSorted(
    (a, b) => b.length - a.length,
  )[0];
  if (found !== undefined) return found;
  throw new AlphaloomError(
    'SYMBOL_AMBIGUOUS',
    `Nobody says which currency ${symbol} is paid in: its venue was never asked. Fetch it once: candles fetch.`,
    { symbol },
  );
}
