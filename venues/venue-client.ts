import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Market } from '../contracts/market.ts';
import { type MarketKind, TIMEFRAMES, type Timeframe } from '../contracts/series.ts';
import { readBars } from './bars.ts';
import { currentCall, type VenueCall } from './call.ts';
import { isOffsetValid, type KnownOffset, measureOffset } from './clock-offset.ts';
import type { CcxtExchange } from './exchange-module.ts';
import { barsPerPage } from './exchange-options.ts';
import { type VenueFailure, venueFailure } from './failure.ts';
import { marketRules } from './market-rules.ts';
import { prepareExchange, type VenueParts, type VenueSettings } from './prepared-exchange.ts';
import { retryDelay } from './retry.ts';
import { resolveSymbol } from './symbols.ts';

export type { VenueParts, VenueSettings } from './prepared-exchange.ts';

/** How one question is asked. */
export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Told of every failure after which the venue is asked again. */
  readonly onRetry?: (error: AlphaloomError) => void;
}

/** The bars that are asked for: the first `limit` that open at `since` or later (some venues: within so many bars). */
export interface BarsQuestion {
  readonly timeframe: Timeframe;
  readonly since: number;
  readonly limit: number;
}

/** The public side of one venue. Every method may throw VENUE_* errors, after having asked as often as is worth it. */
export interface VenueClient {
  readonly venue: string;
  readonly kind: MarketKind;
  /** @throws AlphaloomError SYMBOL_UNKNOWN, SYMBOL_AMBIGUOUS, SYMBOL_INVALID */
  market(symbol: string, options?: AskOptions): Promise<Market>;
  /**
   * Checked bars, ascending, the unfinished one included; empty only where the venue says so. There may be others than those
   * that were asked for.
   */
  bars(market: Market, question: BarsQuestion, options?: AskOptions): Promise<Candles>;
  /** Most bars in one answer. */
  readonly barsPerPage: number;
  readonly timeframes: readonly Timeframe[];
  /** The venue's clock (epoch ms), early rather than late: what is closed by it is closed there. */
  now(options?: AskOptions): Promise<number>;
  /** Whether the venue says of itself that it is under maintenance; false too where it can't be asked. */
  isUnderMaintenance(options?: AskOptions): Promise<boolean>;
}

/** @throws AlphaloomError VENUE_UNKNOWN, CONFIG_INVALID (a host that is not allowed) */
export async function createVenueClient(settings: VenueSettings, parts: VenueParts): Promise<VenueClient> {
  const { venue, kind } = settings;
  const exchange = await prepareExchange(settings, parts);
  const parseOHLCVs = exchange.parseOHLCVs.bind(exchange);
  // Its filter by time would hide bars that nobody asked for, and with them answers that contradict earlier ones.
  exchange.parseOHLCVs = (rows, market, timeframe) => parseOHLCVs(rows, market, timeframe);

  const ask = createAsk(venue, exchange, parts);
  let loading: Promise<unknown> | undefined;
  /** ccxt would keep a failed loading for good. */
  const loadMarkets = (options: AskOptions) => {
    loading ??= ask(async () => {
      const markets = await exchange.loadMarkets(true);
      if (Object.keys(markets).length === 0) throw noMarkets(venue);
    }, options).catch(error => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  let offset: KnownOffset | undefined;
  const lead = () => parts.now() - parts.monotonicMs();
  return {
    venue,
    kind,
    timeframes: TIMEFRAMES.filter(name => Object.hasOwn(exchange.timeframes ?? {}, name)),
    barsPerPage: barsPerPage(exchange, kind),
    async market(symbol, options = {}) {
      await loadMarkets(options);
      const found = resolveSymbol(venue, Object.values(exchange.markets ?? {}), kind, symbol);
      return marketRules(exchange, venue, kind, found, parts.now());
    },
    async bars(market, { timeframe, since, limit }, options = {}) {
      await loadMarkets(options);
      return ask(async call => {
        const rows = await exchange.fetchOHLCV(market.unifiedSymbol, timeframe, since, limit);
        return readBars(venue, rows, call.answer?.json, timeframe);
      }, options);
    },
    async now(options = {}) {
      if (!offset || !isOffsetValid(offset, parts.now(), lead())) {
        const before = lead();
        const { middleMs, errorMs } = await ask(call => measureOffset(venue, exchange, call), options);
        // Early rather than late, so that a bar that is closed by it is closed there.
        offset = { ms: Math.floor(middleMs - errorMs), measuredTime: parts.now(), lead: before };
      }
      return parts.now() + offset.ms;
    },
    async isUnderMaintenance(options = {}) {
      return (await statusOf(exchange, parts, options.signal)) === 'maintenance';
    },
  };
}

type Ask = <T>(question: (call: VenueCall) => Promise<T>, options: AskOptions) => Promise<T>;

/** Asks until there is an answer, or asking again is not worth it. */
function createAsk(venue: string, exchange: CcxtExchange, parts: VenueParts): Ask {
  const { retries, sleep, random, use } = parts;
  return async (question, { signal, onRetry }) => {
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const call: VenueCall = { use, signal, isPosted: false, answer: null };
      try {
        return await currentCall.run(call, () => question(call));
      } catch (error) {
        signal?.throwIfAborted();
        const failure = venueFailure(venue, error, call.answer);
        if (!failure) throw error;
        if (!failure.isTransient || attempt + 1 >= retries.attempts)
          throw await finalError(venue, exchange, parts, failure, signal);
        onRetry?.(failure.error);
        await sleep(retryDelay(retries, attempt, random()), signal);
      }
    }
  };
}

/** A venue that stays away may say elsewhere that it is under maintenance. */
async function finalError(
  venue: string,
  exchange: CcxtExchange,
  parts: VenueParts,
  { error, isTransient }: VenueFailure,
  signal: AbortSignal | undefined,
): Promise<AlphaloomError> {
  if (error.code !== 'VENUE_UNREACHABLE' || !isTransient) return error;
  if ((await statusOf(exchange, parts, signal)) !== 'maintenance') return error;
  return new AlphaloomError(
    'VENUE_MAINTENANCE',
    `${venue} says that it is under maintenance. Try again later; what was fetched is stored.`,
    { venue },
    { cause: error },
  );
}

async function statusOf(
  exchange: CcxtExchange,
  { use }: VenueParts,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (exchange.has.fetchStatus !== true) return null;
  const call: VenueCall = { use, signal, isPosted: false, answer: null };
  try {
    return (await currentCall.run(call, () => exchange.fetchStatus())).status ?? null;
  } catch (error) {
    signal?.throwIfAborted();
    // A status that can't be had says nothing, but one that fails with "maintenance" does.
    return venueFailure(exchange.id, error, call.answer)?.error.code === 'VENUE_MAINTENANCE'
      ? 'maintenance'
      : null;
  }
}

function noMarkets(venue: string): AlphaloomError {
  return new AlphaloomError('VENUE_ANSWER_INVALID', `The answer of ${venue} lists no market at all.`, {
    venue,
  });
}
