import type { Clock, Venues } from '../../activities/rooms.ts';
import type { OpenAccount } from '../../activities/trading/trading-rooms.ts';
import type { CandleStore } from '../../candles/store.ts';
import type { Market } from '../../contracts/market.ts';
import { recordedBars, storedBars } from '../../trading/deciding/traded-bars.ts';
import type { Lease, Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import { PaperVenue } from '../../trading/paper/paper-venue.ts';
import type { Venue } from '../../trading/venue.ts';
import { knownMarket } from './known-market.ts';

export interface AccountParts {
  readonly ledger: Ledger;
  lease(): Lease;
  readonly candles: CandleStore;
  readonly venues: Venues;
  readonly clock: Clock;
  /** The venue of a live account. @throws AlphaloomError LIVE_NOT_ALLOWED, ACCOUNT_INVALID */
  liveVenue(record: AccountRecord): Promise<Venue>;
}

/** Accounts of this process: their venue, clock and bars are made once, and anew where a setting of them changed. */
export function createOpenAccounts(parts: AccountParts) {
  const opened = new Map<string, { readonly made: string; readonly account: Promise<Made> }>();
  return {
    async open(record: AccountRecord): Promise<OpenAccount> {
      const made = JSON.stringify([
        record.mode,
        record.venue,
        record.clock,
        record.capital,
        record.symbols,
        record.policy,
        record.costs,
      ]);
      const known = opened.get(record.account);
      if (known?.made === made) return { ...(await known.account), record };
      await known?.account.then(
        ({ venue }) => venue.close(),
        () => {},
      );
      const account = makeAccount(parts, record);
      opened.set(record.account, { made, account });
      account.catch(() => opened.delete(record.account));
      return { ...(await account), record };
    },
    async close(): Promise<void> {
      const venues = [...opened.values()].map(({ account }) =>
        account.then(
          ({ venue }) => venue.close(),
          () => {},
        ),
      );
      await Promise.all(venues);
    },
  };
}

type Made = Omit<OpenAccount, 'record'>;

async function makeAccount(parts: AccountParts, record: AccountRecord): Promise<Made> {
  const { candles, venues, clock } = parts;
  const recorded = record.clock.kind === 'replay' ? recordedBars(candles) : null;
  const bars = recorded ?? storedBars(candles);
  if (record.mode === 'live') {
    const venue = await parts.liveVenue(record);
    return { venue, paper: null, bars, recorded, market: symbol => venue.market(symbol) };
  }
  const markets = new Map<string, Promise<Market>>();
  const market = (symbol: string): Promise<Market> => {
    const known = markets.get(symbol) ?? knownMarket({ candles, venues, record }, symbol);
    markets.set(symbol, known);
    known.catch(() => markets.delete(symbol));
    return known;
  };
  const paper = new PaperVenue({
    record,
    store: parts.ledger.paper,
    lease: parts.lease,
    bars,
    market,
    lastCloseTime: () => parts.ledger.account(record.account).lastCloseTime,
    isFlattened: symbol => parts.ledger.account(record.account).flattening.includes(symbol),
    async now() {
      if (recorded === null) return await (await venues.client(record.venue)).now();
      return parts.ledger.account(record.account).lastCloseTime ?? clock.now();
    },
  });
  return { venue: paper, paper, bars, recorded, market };
}
