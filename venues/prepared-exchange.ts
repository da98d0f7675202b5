import { AlphaloomError } from '../contracts/errors.ts';
import type { MarketKind } from '../contracts/series.ts';
import { type BudgetUse, currentCall, currentRequest, type VenueRequest } from './call.ts';
import { type CcxtExchange, loadExchange } from './exchange-module.ts';
import { exchangeOptions } from './exchange-options.ts';
import type { RateBudget } from './rate-budget.ts';
import { limitedHost, rateLimitOf } from './rate-limits.ts';
import type { RetryPolicy } from './retry.ts';
import { createVenueFetch } from './venue-fetch.ts';

export interface VenueSettings {
  readonly venue: string;
  readonly kind: MarketKind;
  /** ccxt's id of the exchange. */
  readonly exchange: string;
  /** Address that takes the place of the venue's own; null: none. */
  readonly host: string | null;
}

/** What a client works with; `host/compose.ts` supplies it. */
export interface VenueParts {
  readonly budget: RateBudget;
  readonly use: BudgetUse;
  readonly transport: typeof fetch;
  readonly loopbackOnly: boolean;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly retries: RetryPolicy;
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
  /** Longest wait that the venue may ask for. */
  readonly maxWaitMs: number;
}

/**
 * A client of ccxt with our own fetch under it and the shared budget before it.
 * @throws AlphaloomError VENUE_UNKNOWN, CONFIG_INVALID (a host that is not allowed)
 */
export async function prepareExchange(settings: VenueSettings, parts: VenueParts): Promise<CcxtExchange> {
  const { venue, kind } = settings;
  const fetchImplementation = createVenueFetch({ ...parts, venue, host: settings.host });
  const exchange = await loadExchange(venue, settings.exchange, {});
  Object.assign(exchange.options, exchangeOptions(exchange, kind));
  exchange.has.fetchCurrencies = false;
  exchange.fetchImplementation = fetchImplementation;
  // Ours covers the body too; ccxt's must not come first.
  exchange.timeout = parts.deadlineMs * 2;
  shareBudget(exchange, parts);
  return exchange;
}

/** Counts each request against its host's budget instead of ccxt's own, which no other process knows. */
function shareBudget(exchange: CcxtExchange, { budget, maxWaitMs }: VenueParts): void {
  const limit = rateLimitOf(exchange);
  const fetch2 = exchange.fetch2.bind(exchange);
  exchange.enableRateLimit = false;
  exchange.fetch2 = async (path, section, method, ...rest) => {
    const [parameters, , , config = {}] = rest;
    const call = currentCall.getStore();
    if (!call) throw new AlphaloomError('INTERNAL', `${exchange.id} was asked outside of a call.`);
    const host = limitedHost(exchange, section);
    const cost = exchange.calculateRateLimiterCost(section, method, path, parameters, config);
    await budget.take({ host, limit, cost, use: call.use, maxWaitMs, signal: call.signal });
    const request: VenueRequest = { call, host, status: 0 };
    const body = await currentRequest.run(request, () => fetch2(path, section, method, ...rest));
    // ccxt takes statuses that it has no name for (524) for success, and an error's text for an empty list.
    if (request.status >= 300) throw unnamedStatus(exchange.id, path, request.status);
    return body;
  };
}

function unnamedStatus(exchange: string, path: string, status: number): AlphaloomError {
  const code = status >= 500 ? 'VENUE_UNREACHABLE' : 'VENUE_REFUSED';
  return new AlphaloomError(code, `${exchange} answered ${path} with status ${status}.`, {
    exchange,
    path,
    status,
  });
}
