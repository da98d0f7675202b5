import { readCandleFile } from '../candles/import/index.ts';
import { SAMPLE } from '../candles/sample/index.ts';
import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseSeriesId, type Timeframe } from '../contracts/series.ts';
import { exists } from '../storage/files.ts';
import { plantedMarket } from '../venues/loopback/bars/planted.ts';
import { endlessBars } from '../venues/loopback/bars/replay.ts';
import type { LoopbackMarket } from '../venues/loopback/market.ts';
import type { CliContext } from './context.ts';
import { withRooms } from './rooms.ts';

/** Which bars a loopback exchange plays, and as what. */
export interface ExchangeMarkets {
  readonly symbols: readonly string[];
  /**
   * Files of candles or stored series, one for each symbol or one for all; empty: the bundled sample; planted: an invented market
   * for each symbol, with an edge to be found.
   */
  readonly from: readonly string[] | 'planted';
  /** Recorded bars are served as bars of this timeframe, whatever theirs was. */
  readonly timeframe: Timeframe;
  readonly firstOpenTime: number;
}

/** Quote coins, the longer names first where one ends like another. */
const QUOTES = ['FDUSD', 'USDT', 'USDC', 'TUSD', 'BUSD', 'BTC', 'ETH', 'BNB', 'EUR', 'USD'];
const EMPTY: Candles = {
  openTime: new Float64Array(),
  open: new Float64Array(),
  high: new Float64Array(),
  low: new Float64Array(),
  close: new Float64Array(),
  volume: new Float64Array(),
};
/** A day of bars of a second, before it goes backwards. */
const PLANTED_BARS = 86_400;
/** Rows that a market's steps are read from. */
const ROWS_LOOKED_AT = 1_000;

/** @throws AlphaloomError USAGE, SYMBOL_INVALID, FILE_NOT_FOUND, CANDLES_* */
export async function readExchangeMarkets(
  context: CliContext,
  { symbols, from, timeframe, firstOpenTime }: ExchangeMarkets,
): Promise<LoopbackMarket[]> {
  const recorded =
    from === 'planted'
      ? symbols.map((_, index) => plantedMarket(PLANTED_BARS, index + 1))
      : await readSources(context, from, symbols);
  return symbols.map((symbol, index) => {
    const bars = recorded[recorded.length === 1 ? 0 : index];
    // Markets made of the same bars begin at different ones.
    const startIndex = recorded.length === 1 ? Math.floor((index * bars.open.length) / symbols.length) : 0;
    return {
      ...splitSymbol(symbol),
      ...stepsOf(bars),
      kind: 'spot',
      timeframe,
      candles: EMPTY,
      barAt: endlessBars(bars, timeframe, firstOpenTime, startIndex),
    };
  });
}

async function readSources(
  context: CliContext,
  from: readonly string[],
  symbols: readonly string[],
): Promise<Candles[]> {
  const sources = from.length === 0 ? [SAMPLE.path] : from;
  if (sources.length !== 1 && sources.length !== symbols.length) {
    throw new AlphaloomError(
      'USAGE',
      `--from names ${sources.length} sources for ${symbols.length} symbols; give one for all, or one for each.`,
      { sources, symbols },
    );
  }
  return await Promise.all(sources.map(source => readBars(context, source)));
}

async function readBars(context: CliContext, source: string): Promise<Candles> {
  const isSeries = source.includes(':') && !(await exists(source));
  const bars = isSeries
    ? await withRooms(context, async ({ candles }, { config }) =>
        candles.read(parseSeriesId(source, config.defaultVenue)),
      )
    : await readCandleFile(source);
  if (bars.open.length === 0)
    throw new AlphaloomError('CANDLES_TOO_FEW', `${source} holds no bars.`, { source });
  return bars;
}

/** @throws AlphaloomError SYMBOL_INVALID */
export function splitSymbol(symbol: string): { readonly base: string; readonly quote: string } {
  const [written, writtenQuote] = symbol.split('/');
  const quote = writtenQuote ?? QUOTES.find(name => symbol.endsWith(name) && symbol.length > name.length);
  const base = writtenQuote === undefined ? symbol.slice(0, symbol.length - (quote?.length ?? 0)) : written;
  if (quote !== undefined && /^[A-Z0-9]{1,20}$/.test(base) && /^[A-Z0-9]{1,20}$/.test(quote))
    return { base, quote };
  throw new AlphaloomError(
    'SYMBOL_INVALID',
    `"${symbol}" can’t be split into a base and a quote coin; write it as BASE/QUOTE, e.g. BTC/USDT.`,
    { symbol },
  );
}

/** Steps that fit the recorded prices: as many decimals as they have, and lots of about a tenth of a quote coin. */
function stepsOf({ close }: Candles): { readonly tick: string; readonly lot: string } {
  const prices = Array.from(close.subarray(0, ROWS_LOOKED_AT));
  const decimals = Math.min(8, Math.max(2, ...prices.map(price => decimalsOf(price))));
  const lotDecimals = Math.min(8, Math.max(0, Math.round(Math.log10(prices[0])) + 1));
  return { tick: step(decimals), lot: step(lotDecimals) };
}

function decimalsOf(price: number): number {
  return price.toFixed(8).replace(/0+$/, '').split('.')[1].length;
}

function step(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`;
}
