import type { TradingAnswer, TradingOperation } from '../../contracts/messages.ts';
import type { Notification, NotificationOutbox } from '../../contracts/notifications.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { OrderReason } from '../../contracts/trading.ts';
import type { VenueFill, VenueOrder } from '../venue.ts';
import type { ExportRequest } from './export.ts';
import type { PaperStore } from './paper-store.ts';
import type {
  AccountRecord,
  AccountSettings,
  CashMovement,
  CloseCommit,
  CommittedClose,
  DecisionRecord,
  DustRecord,
  ExitOrder,
  LedgerEvent,
  LedgerFill,
  LedgerOrder,
  LedgerPosition,
  LedgerTrade,
  NotedEvent,
  OrderOutcome,
  SendGrant,
  SendRequest,
  SlotRecord,
  StateChange,
  Validation,
  Violation,
} from './records.ts';

/**
 * What an account has decided, sent and got, for good. One process per ledger writes trades: it holds the lease, and every
 * transaction that changes trading checks the lease's fence, so that one that was stalled and replaced changes nothing more
 * (LEASE_LOST). Everything returns what stands there: asking twice changes nothing twice. Amounts are decimal strings.
 */
export interface Ledger {
  /** Made with the ledger; part of every client order id. */
  readonly id: string;

  // ——— the lease ———
  /**
   * Takes the lease where nobody holds it or its holder's process has ended; else refuses. No clock decides over it: one that
   * is set, or a machine that slept, takes it from nobody.
   * `takeOver`: takes it whoever holds it. @throws AlphaloomError LEASE_HELD
   */
  takeLease(request: {
    readonly owner: string;
    readonly now: number;
    readonly takeOver: boolean;
  }): Promise<Lease>;
  /** Which process has taken it, alive or not; null where none has, or it was given back. */
  leaseHolder(): LeaseHolder | null;

  // ——— accounts ———
  /** Makes an account or changes its settings; an event says who. A running account keeps its ledger id. */
  putAccount(
    lease: Lease | null,
    settings: AccountSettings,
    by: { actor: string; operationId: string; now: number },
  ): Promise<AccountRecord>;
  /** @throws AlphaloomError ACCOUNT_UNKNOWN */
  account(name: string): AccountRecord;
  accounts(): readonly AccountRecord[];
  /** Compare-and-set: only from the states named. @returns null where the account was in another state */
  changeState(change: StateChange): Promise<AccountRecord | null>;
  /** Writes what a message wants, once per operation id. Works without the lease: an operator's word comes first. */
  applyMessage(
    operation: TradingOperation,
    context: {
      readonly now: number;
      /** What `set` names as its policy, read; null where it names none. */
      readonly policy: Policy | null;
      /** Of `resolve`: the venue was asked about the order, and can’t say. Only then one that is open is resolved. */
      readonly isVenueSilent?: boolean;
    },
  ): Promise<TradingAnswer>;
  /**
   * Ends a flatten: the account goes to `afterFlatten`, or (symbols) these are flattened no more and stay paused.
   * @throws AlphaloomError ACCOUNT_STATE where a position or an order is still open
   */
  finishFlatten(
    lease: Lease,
    done: {
      readonly account: string;
      readonly symbols: readonly string[] | null;
      readonly now: number;
      readonly actor: string;
      readonly operationId: string;
    },
  ): Promise<AccountRecord>;
  /** Writes down what changes nothing (a refused signal, a finding), to be read again by `events`. */
  recordEvent(event: NotedEvent): Promise<void>;
  /** Newest last, at most so many. */
  events(account: string, limit: number): readonly LedgerEvent[];

  /** The newest of a kind; of a symbol where one is named. */
  lastEvent(account: string, kind: string, symbol?: string): LedgerEvent | null;

  // ——— A: what was decided ———
  /**
   * Predictions, decisions, orders (`planned`) and slots of one close, in one transaction. The first committed decision of
   * (account, symbol, timeframe, bar) wins: `decide` runs inside, on the account as this transaction sees it, only for bars that have none.
   */
  commitClose(lease: Lease, commit: CloseCommit): Promise<CommittedClose>;
  decision(account: string, symbol: string, at: number | null): DecisionRecord | null;
  decisions(account: string, range: { fromTime: number; toTime: number }): readonly DecisionRecord[];
  /** The first committed verdict of an order wins; an order without an approval is withdrawn and its slot released. */
  commitValidation(lease: Lease, validation: Validation): Promise<Validation>;

  // ——— B: what may be sent ———
  /**
   * Moves an order `planned → sending(sentAt)` if the account's state, its slot, its time, the symbol (no unknown order) and,
   * of exits, the position allow it; else withdraws it with the reason. Only who gets `granted` posts.
   */
  beginSending(lease: Lease, request: SendRequest): Promise<SendGrant>;
  /** Withdraws what is still planned. */
  withdraw(lease: Lease, clientOrderId: string, reason: OrderReason, now: number): Promise<LedgerOrder>;
  /**
   * Plans an exit leg (exit, stop, target, flatten) outside of a close: never more than the position, one non-terminal exit
   * (`exit` or `flatten`) per symbol; the next attempt where the last came to nothing. @returns null where nothing is to be closed
   */
  planExit(lease: Lease, exit: ExitOrder): Promise<LedgerOrder | null>;

  // ——— C: what came of it ———
  /** Outcome, fills, position, cash, dust, slot, notifications: one transaction. Late, double and out-of-order news are harmless. */
  recordOutcome(lease: Lease, outcome: OrderOutcome): Promise<LedgerOrder>;
  /** Fills that the venue reports; those known already change nothing. Fills without an order of ours are strangers, kept apart. */
  recordFills(
    lease: Lease,
    account: string,
    fills: readonly VenueFill[],
    now: number,
  ): Promise<readonly LedgerFill[]>;

  /** A look-up of an order that is `sending` or `unknown` found nothing, at this time of the venue's clock. */
  recordMiss(
    lease: Lease,
    miss: { readonly clientOrderId: string; readonly time: number },
  ): Promise<LedgerOrder>;
  /** Where a position's levels stand. @returns null where that position is gone */
  setKeeping(
    lease: Lease,
    change: {
      readonly account: string;
      readonly symbol: string;
      readonly entryOrder: string;
      readonly keeping: unknown;
      readonly now: number;
    },
  ): Promise<LedgerPosition | null>;
  recordCash(lease: Lease, movement: CashMovement): Promise<void>;
  /** Orders at the venue that are not ours: told once each. @returns those not seen before */
  recordStrangers(
    lease: Lease,
    account: string,
    orders: readonly VenueOrder[],
    now: number,
  ): Promise<readonly VenueOrder[]>;

  // ——— reading ———
  order(clientOrderId: string): LedgerOrder | null;
  /** Not in a final state, oldest first. */
  openOrders(account: string): readonly LedgerOrder[];
  orders(account: string, range: { fromTime: number; toTime: number }): readonly LedgerOrder[];
  /** Orders that were sent and of which anything has changed since, oldest first. */
  changedOrders(account: string, since: number): readonly LedgerOrder[];
  fills(account: string, range: { fromTime: number; toTime: number }): readonly LedgerFill[];
  positions(account: string): readonly LedgerPosition[];
  /** Positions that ended in the range, oldest first. */
  trades(account: string, range: { fromTime: number; toTime: number }): readonly LedgerTrade[];
  dust(account: string): readonly DustRecord[];
  validation(clientOrderId: string): Validation | null;
  /** Of the newest fill of the symbol that was booked; null before the first. */
  lastFillTime(account: string, symbol: string): number | null;
  slots(account: string): readonly SlotRecord[];
  /** In quote, by the ledger's own arithmetic. */
  cash(account: string): string;

  // ——— the venue's clock, the paper venue's book ———
  putClock(clock: VenueClock): Promise<void>;
  clock(venue: string): VenueClock | null;
  readonly paper: PaperStore;

  // ——— notifications: written in the transactions above and by `notify`, delivered by a process without the lease ———
  notify(notification: Notification): Promise<void>;
  readonly outbox: NotificationOutbox;

  /** Everything of a kind, oldest first, piece by piece: memory does not grow with the history. */
  export(request: ExportRequest): Iterable<string>;
  /** Proves the invariants (docs/trading.md lists them); empty: all hold. */
  check(account: string): readonly Violation[];
  close(): void;
}

/** A process that can't be mistaken for a later one of the same number. */
export interface LeaseProcess {
  readonly pid: number;
  readonly started: string;
}

export interface LeaseHolder extends LeaseProcess {
  /** When it last said that it lives, epoch ms of its clock. */
  readonly renewedTime: number;
}

/** Who may change trading. */
export interface Lease {
  readonly owner: string;
  /** Grows with each taking; transactions of an older fence are refused. */
  readonly fence: number;
  /** @throws AlphaloomError LEASE_LOST */
  renew(now: number): Promise<void>;
  release(): Promise<void>;
}

/** How far our clock is from a venue's. */
export interface VenueClock {
  readonly venue: string;
  /** ms to add to our clock. */
  readonly offsetMs: number;
  readonly measuredTime: number;
}
