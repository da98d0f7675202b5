import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../contracts/config.ts';
import type { Venue } from '../trading/venue.ts';
import type { OrderCard } from '../venues/cards/card.ts';
import type { VenueSettings } from '../venues/prepared-exchange.ts';
import { createRateBudget } from '../venues/rate-budget.ts';
import { VENUE_RETRIES } from '../venues/retry.ts';
import type { VenueCredentials } from '../venues/signing.ts';
import type { VenueClient } from '../venues/venue-client.ts';
import { venueKind } from './config.ts';
import type { Home } from './paths.ts';

/** Clients of venues by name, made when first asked for. */
export interface Venues {
  /** @throws AlphaloomError CONFIG_INVALID (its kind is not known), VENUE_UNKNOWN */
  client(venue: string): Promise<VenueClient>;
  /** A venue that real orders go to, by its card. @throws AlphaloomError CONFIG_INVALID, VENUE_UNKNOWN */
  orders(venue: string, card: OrderCard, credentials: () => VenueCredentials): Promise<Venue>;
  close(): Promise<void>;
}

const DEADLINE_MS = 20_000;
/** An order that is not answered by then is unknown; the venue takes it no more. */
const ORDER_DEADLINE_MS = 5_000;
/** Binance's list of spot markets is the longest answer known: some 20 MB. */
const MAX_BODY_BYTES = 100_000_000;
const MAX_WAIT_MS = 300_000;
/** Who sends an order has no time to wait out what the venue asks for; it is told, and tries again. */
const ORDER_MAX_WAIT_MS = 2_000;

/** Market data of the configured venues, within the limits that all processes of the home share. */
export function createVenues(home: Home, config: Config): Venues {
  const now = () => Date.now();
  const wait = async (ms: number, signal?: AbortSignal) => void (await sleep(ms, undefined, { signal }));
  const budget = createRateBudget(join(home.root, 'venues.sqlite'), { now, sleep: wait });
  const clients = new Map<string, Promise<VenueClient>>();
  const parts = {
    budget,
    transport: ((input, init) => fetch(input, init)) satisfies typeof fetch,
    loopbackOnly: false,
    now,
    monotonicMs: () => performance.now(),
    random: Math.random,
    sleep: wait,
    retries: VENUE_RETRIES,
    maxBodyBytes: MAX_BODY_BYTES,
    maxWaitMs: MAX_WAIT_MS,
  };
  const create = async (venue: string) => {
    const settings = venueSettings(config, venue);
    // Loaded when a venue is asked for: an exchange's client takes a tenth of a second.
    const { createVenueClient } = await import('../venues/venue-client.ts');
    return await createVenueClient(settings, { ...parts, use: 'data', deadlineMs: DEADLINE_MS });
  };
  return {
    client(venue) {
      const client = clients.get(venue) ?? create(venue);
      clients.set(venue, client);
      client.catch(() => clients.delete(venue));
      return client;
    },
    async orders(venue, card, credentials) {
      const { createCcxtVenue } = await import('../trading/ccxt/ccxt-venue.ts');
      return await createCcxtVenue({
        settings: venueSettings(config, venue),
        card,
        credentials,
        parts: { ...parts, use: 'trading', deadlineMs: ORDER_DEADLINE_MS, maxWaitMs: ORDER_MAX_WAIT_MS },
      });
    },
    close: () => budget.close(),
  };
}

/** A configured venue as its client is told. @throws AlphaloomError CONFIG_INVALID (its kind is not known) */
export function venueSettings(config: Config, venue: string): VenueSettings {
  const kind = venueKind(config, venue);
  const { exchange = venue.replaceAll('-', ''), host = null } = config.venues[venue];
  return { venue, kind, exchange, host };
}
