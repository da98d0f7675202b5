import type { TradingRules } from '../../contracts/backtest.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Market } from '../../contracts/market.ts';
import { stepsInBase } from '../../strategy/venue-order.ts';

/**
 * A market's steps and minimums as numbers in base and quote: contracts are turned into what they hold.
 * @throws AlphaloomError BACKTEST_INVALID for a swap that is not settled in its quote currency
 */
export function tradingRulesOf(market: Market): TradingRules {
  const { settle, quote } = market;
  if (settle !== null && settle !== quote) {
    throw new AlphaloomError(
      'BACKTEST_INVALID',
      `${market.venue}:${market.symbol} is settled in ${settle}, not in its quote currency ${quote}: its gains are not in the purse’s currency, and it can’t be played.`,
      { market: market.unifiedSymbol, settle, quote },
    );
  }
  return stepsInBase(market);
}

/**
 * The purse's currency; null where no market says it.
 * @throws AlphaloomError BACKTEST_INVALID where markets have different ones
 */
export function purseCurrency(markets: readonly (Market | null)[]): string | null {
  const known = markets.filter(market => market !== null);
  const quotes = [...new Set(known.map(({ quote }) => quote))];
  if (quotes.length <= 1) return quotes[0] ?? null;
  throw new AlphaloomError(
    'BACKTEST_INVALID',
    `One purse has one currency, and these markets have ${quotes.join(' and ')}: ${known.map(({ symbol, quote }) => `${symbol} in ${quote}`).join(', ')}. Play them apart.`,
    { quotes },
  );
}
