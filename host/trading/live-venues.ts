import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Venue } from '../../trading/venue.ts';

interface LiveWiring {
  readonly environment: NodeJS.ProcessEnv;
}

/** Venues of live accounts. */
export function createLiveVenues({ environment }: LiveWiring) {
  return {
    /** @throws AlphaloomError LIVE_NOT_ALLOWED */
    async venue({ account }: AccountRecord): Promise<Venue> {
      throw new AlphaloomError(
        'LIVE_NOT_ALLOWED',
        `Account ${account} sends real orders, and this worker may not: its environment says ALPHALOOM_LIVE=${environment.ALPHALOOM_LIVE ?? ''}, expected yes.`,
        { account },
      );
    },
  };
}
