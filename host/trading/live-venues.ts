import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlphaloomError } from '../../contracts/errors.ts';
import { createCcxtVenue } from '../../trading/ccxt/ccxt-venue.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Venue } from '../../trading/venue.ts';
import { createRateBudget } from '../../venues/rate-budget.ts';
import { VENUE_RETRIES } from '../../venues/retry.ts';
import type { VenueCredentials } from '../../venues/signing.ts';
import type { LoadedConfig } from '../config.ts';
import type { KillPoint } from './kill-point.ts';
import { cardOf, venueSettings } from './venue-card.ts';

interface LiveWiring {
  /** Folder of the home, whose processes share limits. */
  readonly root: string;
  readonly loaded: LoadedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly killPoint: KillPoint | null;
}

export interface LiveVenues {
  /**
   * Where a live account's orders go.
   * @throws AlphaloomError LIVE_NOT_ALLOWED, ACCOUNT_INVALID, CONFIG_INVALID
   */
  venue(record: Pick<AccountRecord, 'account' | 'venue'>): Promise<Venue>;
  close(): Promise<void>;
}

/** A step at an exchange has 10 s: its request is to have failed by then. */
const DEADLINE_MS = 5_000;
const MAX_WAIT_MS = 3_000;
/** Binance's list of spot markets is the longest answer known: some 20 MB. */
const MAX_BODY_BYTES = 100_000_000;

/** Venues of live accounts, within the limits that all processes of the home share. */
export function createLiveVenues({ root, loaded, environment, killPoint }: LiveWiring): LiveVenues {
  const { config } = loaded;
  const wait = async (ms: number, signal?: AbortSignal) => void (await sleep(ms, undefined, { signal }));
  const budget = createRateBudget(join(root, 'venues.sqlite'), { now: Date.now, sleep: wait });
  return {
    async venue({ account, venue }) {
      requireLive(account, environment);
      const settings = venueSettings(config, venue);
      const card = cardOf(settings);
      if (card === null) {
        throw new AlphaloomError(
          'LIVE_NOT_ALLOWED',
          `Account ${account} may not send orders to ${venue}: it has no card, so it gives data and paper trading only.`,
          { account, venue },
        );
      }
      const live = await createCcxtVenue({
        settings,
        card,
        credentials: () => credentialsOf(loaded, account),
        parts: {
          budget,
          use: 'trading',
          transport: (input, init) => fetch(input, init),
          loopbackOnly: killPoint !== null,
          now: Date.now,
          monotonicMs: () => performance.now(),
          random: Math.random,
          sleep: wait,
          retries: VENUE_RETRIES,
          deadlineMs: DEADLINE_MS,
          maxBodyBytes: MAX_BODY_BYTES,
          maxWaitMs: MAX_WAIT_MS,
        },
      });
      return killPoint?.venue(live) ?? live;
    },
    close: () => budget.close(),
  };
}

function requireLive(account: string, { ALPHALOOM_LIVE: live }: NodeJS.ProcessEnv): void {
  if (live === 'yes') return;
  throw new AlphaloomError(
    'LIVE_NOT_ALLOWED',
    `Account ${account} sends real orders, and this process may not: its environment says ALPHALOOM_LIVE=${live ?? ''}, expected yes. Set it, then: alphaloom down && alphaloom up.`,
    { account },
  );
}

/** @throws AlphaloomError ACCOUNT_INVALID */
function credentialsOf({ config }: LoadedConfig, account: string): VenueCredentials {
  const { apiKey, apiSecret, apiPassword } = config.accounts[account] ?? {};
  if (apiKey !== undefined && apiSecret !== undefined)
    return { apiKey, secret: apiSecret, ...(apiPassword === undefined ? {} : { password: apiPassword }) };
  throw new AlphaloomError(
    'ACCOUNT_INVALID',
    `Account ${account} has no credentials: set accounts.${account}.apiKey and apiSecret, best by ALPHALOOM__ACCOUNTS__…_FILE.`,
    { account },
  );
}
