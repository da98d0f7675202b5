import type { CandleStore } from '../../candles/store.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { InferredClose, LiveTradingInput } from '../../contracts/live-trading.ts';
import type { Market } from '../../contracts/market.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { Series } from '../../contracts/series.ts';
import type { AccountClose, SymbolResult, TradedSymbol } from '../../contracts/trading.ts';
import type { RecordedBars, TradedBars } from '../../trading/deciding/traded-bars.ts';
import type { Desk } from '../../trading/desk.ts';
import type { Lease, Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord, LedgerOrder } from '../../trading/ledger/records.ts';
import type { PaperVenue } from '../../trading/paper/paper-venue.ts';
import type { Venue } from '../../trading/venue.ts';
import type { Clock, Venues } from '../rooms.ts';

/** What the steps of trading work with; `host/trading` supplies it to the one process that trades a ledger. */
export interface TradingRooms {
  readonly ledger: Ledger;
  /** @throws AlphaloomError LEASE_LOST where somebody else has taken it over */
  lease(): Lease;
  readonly clock: Clock;
  readonly candles: CandleStore;
  readonly venues: Venues;
  /** What belongs to an account as long as this process lives, made when it is first asked for. */
  open(record: AccountRecord): Promise<OpenAccount>;
  /** When accounts that this process has recovered, or tried to, are to be recovered next; epoch ms. */
  readonly recoverDue: Map<string, number>;
  /** What an account's orders are worked with. @param closeTime the time on the account's clock where bars are played */
  desk(account: OpenAccount, signal: AbortSignal, closeTime: number | null): Desk;
  /**
   * What is predicted at the close of each symbol's bar; one that fails stops no other.
   * @param limitMs for all of them; absent: what a close allows
   */
  infer(
    account: OpenAccount,
    symbols: readonly TradedSymbol[],
    closeTime: number,
    limitMs?: number,
  ): Promise<readonly SymbolResult<Omit<InferredClose, 'quote'>>[]>;
  /** Markets that the champions of these look at beside their own. */
  leaders(traded: readonly Series[]): Promise<readonly Series[]>;
  /** Whether a language model has to approve entries. */
  readonly validates: boolean;
  /** Asks it about each entry and commits what it says. */
  validate(
    account: OpenAccount,
    entries: readonly LedgerOrder[],
    close: AccountClose,
    signal: AbortSignal,
  ): Promise<void>;
  /** Commits that nobody answered about these. */
  refuse(account: OpenAccount, entries: readonly LedgerOrder[], close: AccountClose): Promise<void>;
  /** Whether an account may go on with other symbols or another policy. @throws AlphaloomError saying why not */
  requireSettable(record: AccountRecord): Promise<void>;
  /** @throws AlphaloomError POLICY_NOT_FOUND, POLICY_INVALID */
  loadPolicy(name: string): Promise<Policy>;
}

export interface OpenAccount {
  readonly record: AccountRecord;
  readonly venue: Venue;
  /** Of paper accounts: what plays their bars. */
  readonly paper: PaperVenue | null;
  readonly bars: TradedBars;
  /** Where recorded bars are played. */
  readonly recorded: RecordedBars | null;
  market(symbol: string): Promise<Market>;
}

/**
 * The account as the ledger has it.
 * @throws AlphaloomError LEDGER_MISMATCH, ACCOUNT_UNKNOWN
 */
export function accountOf({ ledger }: TradingRooms, { account, ledgerId }: LiveTradingInput): AccountRecord {
  if (ledger.id === ledgerId) return ledger.account(account);
  throw new AlphaloomError(
    'LEDGER_MISMATCH',
    `The workflow of account ${account} belongs to ledger ${ledgerId}; this worker has ${ledger.id}, whose orders carry other ids. Bring that ledger back, or end the workflow (trade stop) and start the account anew.`,
    { account, expected: ledgerId, got: ledger.id },
  );
}

export function seriesOf(
  { venue }: Pick<AccountRecord, 'venue'>,
  { symbol, timeframe }: TradedSymbol,
): Series {
  return { venue, symbol, timeframe };
}
