import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Venue } from '../../trading/venue.ts';
import { fileVariable, type LoadedConfig } from '../config.ts';
import type { Venues } from '../venues.ts';
import type { KillPoint } from './kill-point.ts';
import { sendsOrders } from './live-word.ts';
import { cardOf } from './venue-card.ts';

interface LiveWiring {
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
  readonly venues: Venues;
  readonly killPoint: KillPoint | null;
  /** `close`: this process sends nothing but what closes positions, as an operator asked; that is never forbidden. */
  readonly purpose?: LivePurpose;
}

export type LivePurpose = 'trade' | 'close';

/**
 * The venue of a live account, for the process that sends its orders.
 * @throws AlphaloomError LIVE_NOT_ALLOWED where the environment, the card or the credentials are missing
 */
export async function liveVenue(
  { environment, loaded, venues, killPoint, purpose = 'trade' }: LiveWiring,
  { account, venue }: Pick<AccountRecord, 'account' | 'venue'>,
): Promise<Venue> {
  if (purpose === 'trade' && !sendsOrders(environment)) {
    throw refused(
      account,
      `ALPHALOOM_LIVE is not "yes" in the environment of the process that sends its orders. Set it and start that process again (down, up); to close its positions without that: trade flatten ${account} --direct`,
    );
  }
  const card = cardOf(loaded.config, venue);
  if (card === null) throw refused(account, `${venue} has no card: it gives data and paper trading only`);
  const { apiKey, apiSecret: secret, apiPassword: password } = loaded.config.accounts[account] ?? {};
  if (apiKey === undefined || secret === undefined)
    throw refused(
      account,
      `accounts.${account}.apiKey and apiSecret are not both set where it runs (${fileVariable(`accounts.${account}.apiKey`)}, ${fileVariable(`accounts.${account}.apiSecret`)}); of a worker: down, then up with them set`,
    );
  if (killPoint !== null && !isOnLoopback(loaded.config.venues[venue].host))
    throw refused(account, `ALPHALOOM_CHAOS_KILL_AT is set, and ${venue} is not on this machine`);
  const live = await venues.orders(venue, card, () => ({ apiKey, secret, ...(password && { password }) }));
  return killPoint?.venue(live) ?? live;
}

function refused(account: string, why: string): AlphaloomError {
  return new AlphaloomError('LIVE_NOT_ALLOWED', `Account ${account} may not send real orders: ${why}.`, {
    account,
  });
}

function isOnLoopback(host: string | undefined): boolean {
  return host !== undefined && new URL(host).hostname === '127.0.0.1';
}
