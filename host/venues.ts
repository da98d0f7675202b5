import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../contracts/config.ts';
import { createRateBudget } from '../venues/rate-budget.ts';
import { VENUE_RETRIES } from '../venues/retry.ts';
import type { VenueClient } from '../venues/venue-client.ts';
import { venueKind } from './config.ts';
import type { Home } from './paths.ts';

/** Clients of venues by name, made when first asked for. */
export interface Venues {
  /** @throws AlphaloomError CONFIG_INVALID (its kind is not known), VENUE_UNKNOWN */
  client(venue: string): Promise<VenueClient>;
  close(): Promise<void>;
}

const DEADLINE_MS = 20_000;
/** Binance's list of spot markets is the longest answer known: some 20 MB. */
const MAX_BODY_BYTES = 100_000_000;
const MAX_WAIT_MS = 300_000;

/** Market data of the configured venues, within the limits that all processes of the home share. */
export function createVenues(home: Home, config: Config): Venues {
  const now = () => Date.now();
  const wait = async (ms: number, signal?: AbortSignal) => void (await sleep(ms, undefined, { signal }));
  const budget = createRateBudget(join(home.root, 'venues.sqlite'), { now, sleep: wait });
  const clients = new Map<string, Promise<VenueClient>>();
  const create = async (venue: string) => {
    const kind = venueKind(config, venue);
    const { exchange = venue.replaceAll('-', ''), host = null } = config.venues[venue];
    // Loaded when a venue is asked for: an exchange's client takes a tenth of a second.
    const { createVenueClient } = await import('../venues/venue-client.ts');
    return await createVenueClient(
      { venue, kind, exchange, host },
      {
        budget,
        use: 'data',
        transport: (input, init) => fetch(input, init),
        loopbackOnly: false,
        now,
        monotonicMs: () => performance.now(),
        random: Math.random,
        sleep: wait,
        retries: VENUE_RETRIES,
        deadlineMs: DEADLINE_MS,
        maxBodyBytes: MAX_BODY_BYTES,
        maxWaitMs: MAX_WAIT_MS,
      },
    );
  };
  return {
    client(venue) {
      const client = clients.get(venue) ?? create(venue);
      clients.set(venue, client);
      client.catch(() => clients.delete(venue));
      return client;
    },
    close: () => budget.close(),
  };
}
