import { AlphaloomError } from '../../../contracts/errors.ts';
import { isSettings, type Settings } from './config-files.ts';
import { marketOf, parsePair } from './markets.ts';

/** Pairs that are meant to be traded, and list entries that mean none. */
export interface ChosenPairs {
  /** `binance:BTCUSDT`, sorted as listed. */
  readonly symbols: readonly string[];
  readonly passedOver: readonly { readonly pair: string; readonly reason: string }[];
}

/** A pattern that can't take long on a short name: wildcards only after a dot, three at most. */
const PATTERN = /^[A-Za-z0-9/:_.*+()|[\]\\-]{1,1000}$/;

/**
 * The whitelist less the blacklist. Patterns in them (`.+/USDT`) stand for those of `known` that they fit.
 * @param known pairs that there is data of
 */
export function choosePairs(settings: Settings, exchange: string, known: readonly string[]): ChosenPairs {
  const lists = isSettings(settings.exchange) ? settings.exchange : {};
  const blacklist = texts(lists.pair_blacklist);
  const symbols = new Set<string>();
  const passedOver: { pair: string; reason: string }[] = [];
  for (const entry of texts(lists.pair_whitelist)) {
    const pairs = parsePair(entry) ? [entry] : known.filter(pair => fits(entry, pair));
    if (pairs.length === 0)
      passedOver.push({ pair: entry.slice(0, 100), reason: 'no pair, nor a pattern that fits stored data' });
    for (const pair of pairs) {
      const forbidden = blacklist.find(pattern => pattern === pair || fits(pattern, pair));
      if (forbidden !== undefined) {
        passedOver.push({ pair, reason: `blacklisted by ${forbidden.slice(0, 100)}` });
        continue;
      }
      try {
        const { venue, symbol } = marketOf(exchange, parsePair(pair)!);
        symbols.add(`${venue}:${symbol}`);
      } catch (error) {
        if (!(error instanceof AlphaloomError)) throw error;
        passedOver.push({ pair, reason: error.message });
      }
    }
  }
  return { symbols: [...symbols], passedOver };
}

function fits(pattern: string, pair: string): boolean {
  const wildcards = pattern.match(/[*+]/g)?.length ?? 0;
  const safe = pattern.match(/\.[*+]/g)?.length ?? 0;
  if (!PATTERN.test(pattern) || wildcards !== safe || wildcards > 3) return false;
  try {
    return new RegExp(`^(?:${pattern})$`, 'i').test(pair);
  } catch {
    return false;
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}
