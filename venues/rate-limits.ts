import type { CcxtExchange } from './exchange-module.ts';
import type { RateLimit } from './rate-budget.ts';

/** ccxt's window where an exchange states none of its own: too long to be trusted with bursts. */
const CCXT_DEFAULT_WINDOW_MS = 60_000;
/** Exchanges whose documented window is that minute. */
const WINDOW_IS_A_MINUTE = new Set([
  'binance',
  'binanceusdm',
  'binancecoinm',
  'binanceus',
  'bitvavo',
  'luno',
]);
const PACED_WINDOW_MS = 1_000;

/**
 * A venue's limit in ccxt's units of cost: one unit per `rateLimit` ms. Exchanges that state their window may be asked in
 * bursts within it; the others are paced within a second.
 */
export function rateLimitOf(exchange: CcxtExchange): RateLimit {
  const { id, rateLimit, rollingWindowSize } = exchange;
  const isStated =
    rollingWindowSize > 0 && (rollingWindowSize !== CCXT_DEFAULT_WINDOW_MS || WINDOW_IS_A_MINUTE.has(id));
  // Half of it, the share of market data, must hold a request of cost 1.
  const windowMs = isStated ? rollingWindowSize : Math.max(PACED_WINDOW_MS, 2 * rateLimit);
  return { windowMs, capacity: Math.max(2, windowMs / rateLimit) };
}

/** The host that requests of a section of a venue's interface go to, hence count against; else the exchange's id. */
export function limitedHost(exchange: CcxtExchange, section: unknown): string {
  const path = Array.isArray(section) ? section : [section];
  let address: unknown = exchange.urls.api;
  for (const name of path) {
    if (typeof address !== 'object' || address === null) break;
    address = (address as Record<string, unknown>)[String(name)];
  }
  if (typeof address !== 'string') return exchange.id;
  const text = address.replace('{hostname}', exchange.hostname ?? '');
  return URL.canParse(text) ? new URL(text).host : exchange.id;
}
