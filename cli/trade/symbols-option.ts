import { AlphaloomError } from '../../contracts/errors.ts';
import { parseSymbol, parseTimeframe, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import type { TradedSymbol } from '../../contracts/trading.ts';

/**
 * An option's parser: `BTCUSDT,ETHUSDT`, compact and once each; `BTC/USDT` is taken too.
 * @throws AlphaloomError SYMBOL_INVALID, USAGE
 */
export function parseSymbols(text: string): string[] {
  return [...new Set(words(text).map(parseSymbol))];
}

/**
 * Symbols with the timeframe that each is traded on: `BTCUSDT,ETHUSDT/5m`, where a symbol may name its own.
 * @throws AlphaloomError SYMBOL_INVALID, TIMEFRAME_INVALID, USAGE
 */
export function tradedSymbols(text: string, timeframe: string | undefined): TradedSymbol[] {
  const traded = words(text).map(word => withTimeframe(word, timeframe));
  const twice = traded.find(({ symbol }, at) => traded.findIndex(one => one.symbol === symbol) !== at);
  if (twice === undefined) return traded;
  throw new AlphaloomError('USAGE', `${twice.symbol} stands twice. A symbol is traded on one timeframe.`, {
    symbol: twice.symbol,
  });
}

function withTimeframe(word: string, timeframe: string | undefined): TradedSymbol {
  const slash = word.lastIndexOf('/');
  const own = word.slice(slash + 1);
  if (slash > 0 && Object.hasOwn(TIMEFRAME_MS, own))
    return { symbol: parseSymbol(word.slice(0, slash)), timeframe: own as Timeframe };
  // No quote coin is a number and a letter: it is meant for a timeframe.
  if (slash > 0 && /^\d+[a-zA-Z]$/.test(own)) parseTimeframe(own);
  if (timeframe !== undefined) return { symbol: parseSymbol(word), timeframe: parseTimeframe(timeframe) };
  throw new AlphaloomError(
    'USAGE',
    `On which timeframe is ${word} traded? Give --timeframe 15m, or write ${word}/15m.`,
    { symbol: word },
  );
}

function words(text: string): string[] {
  const found = text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
  if (found.length > 0) return found;
  throw new AlphaloomError('USAGE', 'Name at least one symbol, e.g. --symbols BTCUSDT,ETHUSDT.');
}
