import type { z } from 'zod';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Market } from '../contracts/market.ts';
import { currentCall, type VenueCall } from './call.ts';
import { isOffsetValid, type KnownOffset, measureOffset } from './clock-offset.ts';
import type { CcxtExchange } from './exchange-module.ts';
import { marketRules } from './market-rules.ts';
import { type CodesOf, orderFailure } from './order-failure.ts';
import { prepareExchange, type VenueParts, type VenueSettings } from './prepared-exchange.ts';
import { prepareSigning, type VenueCredentials } from './signing.ts';
import { resolveSymbol } from './symbols.ts';

/** A market with every name that its venue gives it in answers. */
export interface OrderMarket extends Market {
  readonly venueNames: ReadonlySet<string>;
}

/**
 * One undertaking at a venue, of one or several requests, none of which is ever repeated. `ask` calls an endpoint by ccxt's
 * name of it (`privatePostOrder`): ccxt addresses and signs, the answer is read by `shape` alone.
 */
export interface VenueQuestion {
  /** @throws VenueRefusal the venue's own error; AlphaloomError VENUE_*, without text of ccxt or of the answer */
  ask<Answer>(endpoint: string, parameters: unknown, shape: z.ZodType<Answer>): Promise<Answer>;
  /** The venue's clock, epoch ms. */
  readonly time: number;
  /** The common name of a venue's currency (XXBT: BTC). */
  currency(venueCurrency: string): string;
  /** Compact symbol of a venue's market name; null where it lists none such of the client's kind. */
  symbol(venueName: string): string | null;
  /** Whether a request that may change something has left. */
  readonly isPosted: boolean;
}

/** The private side of one venue: what an account's requests share. Nothing here asks twice. */
export interface OrderClient {
  readonly venue: string;
  /** @throws AlphaloomError SYMBOL_*, VENUE_* */
  market(symbol: string): Promise<OrderMarket>;
  /** The next `market` reads the venue's list again. */
  forgetMarkets(): void;
  /** @param signTime signs as of this moment of the venue's clock instead of now, where a late arrival must be void */
  begin(signTime?: number): Promise<VenueQuestion>;
  now(): Promise<number>;
  /** The venue's clock less ours, ms; null before it was measured. */
  readonly offsetMs: number | null;
  /** The next question measures the offset first. */
  forgetClock(): void;
}

export interface OrderClientSettings extends VenueSettings {
  readonly codesOf: CodesOf;
  /** Options of ccxt's exchange. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether each request needs a higher number than the last. */
  readonly countsRequests: boolean;
}

/** Not every venue refuses what comes late: later than this after its moment a signed request is not sent. */
const LEAVES_WITHIN_MS = 5_000;
const MARKETS_VALID_MS = 86_400_000;

/** @throws AlphaloomError VENUE_UNKNOWN, CONFIG_INVALID */
export async function createOrderClient(
  settings: OrderClientSettings,
  credentials: () => VenueCredentials,
  parts: VenueParts,
): Promise<OrderClient> {
  const { venue, kind, codesOf } = settings;
  const exchange = await prepareExchange(settings, parts);
  Object.assign(exchange.options, settings.options);
  let offset: KnownOffset | null = null;
  let isForgotten = false;
  const lead = () => parts.now() - parts.monotonicMs();
  const clock = () => parts.now() + (offset?.ms ?? 0);
  prepareSigning(exchange, { credentials, clock, countsRequests: settings.countsRequests });

  const inCall = async <T>(call: VenueCall, endpoint: string, work: () => Promise<T>): Promise<T> => {
    call.answer = null;
    try {
      return await currentCall.run(call, work);
    } catch (error) {
      throw orderFailure(venue, endpoint, error, call.answer, codesOf);
    }
  };
  const newCall = (signTime: number | undefined): VenueCall => ({
    use: parts.use,
    signal: undefined,
    signTime,
    ...(signTime !== undefined && { leavesBefore: signTime - (offset?.ms ?? 0) + LEAVES_WITHIN_MS }),
    isPosted: false,
    answer: null,
  });
  const measureClock = async () => {
    const before = lead();
    const call = newCall(undefined);
    const { middleMs } = await inCall(call, 'time', () => measureOffset(venue, exchange, call));
    offset = { ms: Math.round(middleMs), measuredTime: parts.now(), lead: before };
    isForgotten = false;
  };
  const needClock = async () => {
    const isValid = offset !== null && !isForgotten && isOffsetValid(offset, parts.now(), lead());
    if (!isValid) await measureClock();
  };

  const markets = createMarkets(settings, exchange, parts, () =>
    inCall(newCall(undefined), 'markets', () => exchange.loadMarkets(true)),
  );
  return {
    venue,
    async market(symbol) {
      await markets.load();
      return markets.find(symbol);
    },
    forgetMarkets: markets.forget,
    async begin(signTime) {
      await needClock();
      await markets.load();
      const call = newCall(signTime);
      return {
        ask: (endpoint, parameters, shape) =>
          inCall(call, endpoint, async () =>
            checked(venue, endpoint, await send(exchange, endpoint, parameters), shape),
          ),
        time: clock(),
        currency: id => exchange.safeCurrencyCode(id),
        symbol: name =>
          (exchange.markets_by_id?.[name] ?? [])
            .filter(market => (kind === 'spot' ? market.spot : market.swap) === true)
            .map(market => `${market.base}${market.quote}`.toUpperCase())[0] ?? null,
        get isPosted() {
          return call.isPosted;
        },
      };
    },
    async now() {
      await needClock();
      return clock();
    },
    get offsetMs() {
      return offset?.ms ?? null;
    },
    forgetClock() {
      isForgotten = true;
    },
  };
}

type Endpoints = Record<string, ((parameters: unknown) => Promise<unknown>) | undefined>;

function send(exchange: CcxtExchange, endpoint: string, parameters: unknown): Promise<unknown> {
  const request = (exchange as unknown as Endpoints)[endpoint];
  if (typeof request !== 'function')
    throw new AlphaloomError('INTERNAL', `ccxt’s ${exchange.id} has no endpoint ${endpoint}.`);
  return request.call(exchange, parameters);
}

/** What an answer holds is known only once its shape is: `{}` is no list of orders, and no empty one. */
function checked<Answer>(venue: string, endpoint: string, answer: unknown, shape: z.ZodType<Answer>): Answer {
  const read = shape.safeParse(answer);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join('.') || 'the whole';
  throw new AlphaloomError(
    'VENUE_ANSWER_INVALID',
    `${venue} gave an answer that is not what its interface promises (${endpoint}: ${where}).`,
    { venue },
  );
}

/** The venue's list of markets, read when first needed, once a day, and when a market turned out to be another. */
function createMarkets(
  { venue, kind }: VenueSettings,
  exchange: CcxtExchange,
  { now }: Pick<VenueParts, 'now'>,
  read: () => Promise<unknown>,
) {
  /** A list has thousands. */
  const found = new Map<string, OrderMarket>();
  let loading: Promise<void> | null = null;
  let loadedTime = 0;
  const readAll = async () => {
    await read();
    if (Object.keys(exchange.markets ?? {}).length === 0)
      throw new AlphaloomError('VENUE_ANSWER_INVALID', `The answer of ${venue} lists no market at all.`, {
        venue,
      });
    found.clear();
    loadedTime = now();
  };
  return {
    load(): Promise<void> {
      if (loading !== null && now() - loadedTime > MARKETS_VALID_MS && loadedTime > 0) loading = null;
      loading ??= readAll().catch(error => {
        loading = null;
        throw error;
      });
      return loading;
    },
    forget() {
      if (loadedTime > 0) loading = null;
    },
    /** @throws AlphaloomError SYMBOL_* */
    find(symbol: string): OrderMarket {
      const known = found.get(symbol);
      if (known) return known;
      const listed = resolveSymbol(venue, Object.values(exchange.markets ?? {}), kind, symbol);
      const names = [listed.id, listed.info?.altname, listed.info?.wsname];
      const market = {
        ...marketRules(exchange, venue, kind, listed, loadedTime),
        venueNames: new Set(names.filter(name => typeof name === 'string')),
      };
      found.set(symbol, market);
      return market;
    },
  };
}
