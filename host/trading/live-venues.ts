import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Venue } from '../../trading/venue.ts';
import { venueCard } from '../../venues/cards/cards.ts';
import type { LoadedConfig } from '../config.ts';
import type { Venues } from '../venues.ts';

interface LiveWiring {
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
  readonly venues: Venues;
}

/**
 * The venue of a live account, for the process that sends its orders.
 * @throws AlphaloomError LIVE_NOT_ALLOWED where the environment, the card or the credentials are missing
 */
export async function liveVenue(
  { environment, loaded, venues }: LiveWiring,
  { account, venue }: Pick<AccountRecord, 'account' | 'venue'>,
): Promise<Venue> {
  if (environment.ALPHALOOM_LIVE !== 'yes') {
    throw refused(
      account,
      'ALPHALOOM_LIVE is not "yes" in the environment of the process that sends its orders. Set it and start that process again (down, up)',
    );
  }
  const card = venueCard(venue);
  if (card === null) throw refused(account, `${venue} has no card: it gives data and paper trading only`);
  const { apiKey, apiSecret: secret, apiPassword: password } = loaded.config.accounts[account] ?? {};
  if (apiKey === undefined || secret === undefined)
    throw refused(account, `accounts.${account}.apiKey and apiSecret are not both set`);
  return await venues.orders(venue, card, () => ({ apiKey, secret, ...(password && { password }) }));
}

function refused(account: string, why: string): AlphaloomError {
  return new AlphaloomError('LIVE_NOT_ALLOWED', `Account ${account} may not send real orders: ${why}.`, {
    account,
  });
}
