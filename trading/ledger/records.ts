import type { CostSpec } from '../../contracts/costs.ts';
import type { ExitPlan } from '../../contracts/intents.ts';
import type { Market } from '../../contracts/market.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { Prediction } from '../../contracts/prediction.ts';
import type { MarketKind, Timeframe } from '../../contracts/series.ts';
import type {
  AccountClock,
  AccountMode,
  AccountState,
  OrderKey,
  OrderLeg,
  OrderReason,
  OrderStatus,
  OrderTerms,
  TradedSymbol,
} from '../../contracts/trading.ts';
import type { AttachedPlan, VenueFill } from '../venue.ts';

/** How an account trades; changed by messages, read at each close. */
export interface AccountSettings {
  readonly account: string;
  readonly mode: AccountMode;
  readonly venue: string;
  readonly kind: MarketKind;
  readonly quote: string;
  readonly clock: AccountClock;
  /** In the order in which ties are decided. */
  readonly symbols: readonly TradedSymbol[];
  readonly policy: Policy;
  /** What paper fills pay. */
  readonly costs: CostSpec;
  /** In quote: what the account starts with, and all it may use. */
  readonly capital: string;
  /** Closes after which the account stops by itself; null: never. */
  readonly iterations: number | null;
}

export interface AccountRecord extends AccountSettings {
  readonly state: AccountState;
  readonly stateReason: string;
  readonly stateTime: number;
  /** Symbols that take no entries, until when (null: until resumed). */
  readonly pausedSymbols: readonly { readonly symbol: string; readonly until: number | null }[];
  /** Of the whole account. */
  readonly pausedUntil: number | null;
  /** Symbols whose positions are being closed; all of them while the state is `flattening`. */
  readonly flattening: readonly string[];
  /** Symbols that were flattened: until they are resumed they are to hold nothing, whatever fill comes late. */
  readonly flattened: readonly string[];
  /** State once a flatten is done. */
  readonly afterFlatten: 'halted' | 'stopped';
  /** Last close that was worked on; null before the first. */
  readonly lastCloseTime: number | null;
  /** Closes worked on since the account was started. */
  readonly closes: number;
  /** Counts in the risk rules, as `decideClose` left them. */
  readonly riskMemory: unknown;
}

export interface StateChange {
  readonly account: string;
  readonly from: readonly AccountState[];
  readonly to: AccountState;
  readonly reason: string;
  readonly actor: string;
  readonly operationId: string;
  readonly now: number;
}

/** What `decide` hands to transaction A. */
export interface CloseCommit {
  readonly account: string;
  readonly closeTime: number;
  readonly now: number;
  readonly bars: readonly DecidedBar[];
  /**
   * Called inside the transaction, at most once, for the bars that have no decision yet, with the account as it stands.
   * Pure and synchronous.
   */
  decide(view: LedgerView, undecided: readonly DecidedBar[]): DecidedClose;
}

export interface DecidedBar {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly barTime: number;
  readonly prediction: Prediction;
}

/** The account as a transaction sees it. */
export interface LedgerView {
  readonly record: AccountRecord;
  readonly positions: readonly LedgerPosition[];
  readonly openOrders: readonly LedgerOrder[];
  readonly slots: readonly SlotRecord[];
  readonly cash: string;
  /** Positions that began, and that ended, since the account's last close was committed; oldest first. */
  readonly opened: readonly LedgerTrade[];
  readonly ended: readonly LedgerTrade[];
}

export interface DecidedClose {
  readonly decisions: readonly {
    readonly symbol: string;
    readonly timeframe: Timeframe;
    readonly barTime: number;
    /** Rules with their numbers, as `trade why` prints them: JSON. */
    readonly rules: unknown;
    /** `enter LONG`, `exit`, `nothing`, …: one line. */
    readonly outcome: string;
    readonly orders: readonly PlannedOrder[];
    /** Pending entries to withdraw or cancel at the venue. */
    readonly cancels: readonly string[];
  }[];
  readonly riskMemory: unknown;
  /** The account halts in the same transaction, with this reason; null: it does not. */
  readonly halt: string | null;
}

export interface PlannedOrder {
  readonly key: OrderKey;
  readonly terms: OrderTerms;
  /** Epoch ms of the venue's clock; not sent after it. Exits have none (null). */
  readonly validUntil: number | null;
  /** Of entries. */
  readonly plan: AttachedPlan | null;
  /** In quote, of entries: what the order may make of the position at worst; the slot keeps it while its outcome is unknown. */
  readonly worstCaseNotional: string | null;
  /** Price the decision was made at, in quote: the band is measured from it. */
  readonly decisionPrice: string;
}

export interface CommittedClose {
  readonly closeTime: number;
  /** What stands in the ledger for each bar, whoever committed it. */
  readonly decisions: readonly DecisionRecord[];
  /** Orders of these decisions that are still `planned`. */
  readonly planned: readonly LedgerOrder[];
  readonly cancels: readonly LedgerOrder[];
}

export interface DecisionRecord {
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly barTime: number;
  readonly closeTime: number;
  /** When it was committed. */
  readonly time: number;
  readonly prediction: Prediction;
  readonly rules: unknown;
  readonly outcome: string;
  readonly orders: readonly string[];
}

export interface LedgerOrder extends OrderKey, OrderTerms {
  readonly clientOrderId: string;
  readonly status: OrderStatus;
  readonly reason: OrderReason | null;
  readonly plan: AttachedPlan | null;
  readonly validUntil: number | null;
  readonly decisionPrice: string;
  readonly worstCaseNotional: string | null;
  readonly plannedTime: number;
  readonly sentAt: number | null;
  readonly venueOrderId: string | null;
  readonly venueCode: string | null;
  /** Sum of its fills, in the venue's units. */
  readonly filled: string;
  readonly averagePrice: string | null;
  /** By how much its fills exceed its quantity, as the venue reported them; null: they don't. */
  readonly overFill: string | null;
  /** Times of the venue's clock at which a look-up found nothing, oldest first. */
  readonly missTimes: readonly number[];
  /** An operator wants it cancelled at the venue. */
  readonly cancelRequested: boolean;
  readonly updatedTime: number;
}

export interface SendRequest {
  readonly clientOrderId: string;
  /** On the venue's clock. */
  readonly sentAt: number;
  /** Free balance of what the order gives, as the venue says; null where it was not asked (paper). */
  readonly freeBalance: string | null;
  /** The market as it is now: its steps floor an exit, its base says which fees make a position smaller. Kept with the ledger. */
  readonly market: Market;
  /** Last price, in quote, for the venue's least notional; null: the order's own, or its decision's. */
  readonly price: string | null;
}

export type SendGrant =
  | { readonly kind: 'granted'; readonly order: LedgerOrder }
  /** Somebody else sends it or has sent it. */
  | { readonly kind: 'taken'; readonly order: LedgerOrder }
  | { readonly kind: 'withdrawn'; readonly order: LedgerOrder; readonly reason: OrderReason };

export interface ExitOrder {
  readonly key: Omit<OrderKey, 'attempt'>;
  readonly terms: OrderTerms;
  readonly decisionPrice: string;
  readonly now: number;
}

/** What the venue says of an order; fills come by `recordFills`, in the same call where they are known. */
export interface OrderOutcome {
  readonly clientOrderId: string;
  readonly status: Exclude<OrderStatus, 'planned' | 'withdrawn' | 'sending'>;
  readonly reason: OrderReason | null;
  readonly venueOrderId: string | null;
  readonly venueCode: string | null;
  readonly fills: readonly VenueFill[];
  /** What the venue says is filled; the order is final only once the fills add up to it. */
  readonly filled: string | null;
  readonly now: number;
}

export interface LedgerFill extends VenueFill {
  readonly account: string;
  /** `own`: of an order of ours. `venue`: its own doing (`reason`) on our position. `stranger`: kept apart, moves nothing. */
  readonly origin: 'own' | 'venue' | 'stranger';
  /** Of an order of ours. */
  readonly leg: OrderLeg | null;
}

/** An open position by the account's own fills, less base-coin fees. */
export interface LedgerPosition {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** In base, negative: short. */
  readonly quantity: string;
  /** Average of the entry's fills as paid, in quote. */
  readonly entryPrice: string;
  readonly entryOrder: string;
  /** Open time of the bar that decided it. */
  readonly signalBarTime: number;
  readonly openedTime: number;
  readonly plan: ExitPlan | null;
  /** Where the levels stand and which targets were taken: what the keeper works by; null until it has set them. */
  readonly keeping: unknown;
  /** Of what has left it, in quote, before fees. */
  readonly realizedPnl: string;
  /** In quote; fees in base among them, at the price of their fill. */
  readonly fees: string;
  /** By currency: neither base nor quote. */
  readonly otherFees: Readonly<Record<string, string>>;
}

/** A position from flat to flat, or so far. */
export interface LedgerTrade extends Omit<LedgerPosition, 'keeping' | 'plan'> {
  readonly side: 'LONG' | 'SHORT';
  /** In base: all that came in. */
  readonly enteredQuantity: string;
  /** Average of what left it by fills, in quote; null before anything did. */
  readonly exitPrice: string | null;
  /** null: open. */
  readonly closedTime: number | null;
  /** Leg of the order that ended it, or what the venue did (`liquidation`, `stop`, …); null: open. */
  readonly closeReason: string | null;
  /** What was left at its end, booked as dust; signed, in base. */
  readonly dust: string;
}

/** What is under the venue's minimum: no position. */
export interface DustRecord {
  readonly symbol: string;
  /** In base, signed. */
  readonly quantity: string;
}

export interface SlotRecord {
  readonly account: string;
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly worstCaseNotional: string;
}

export interface Validation {
  readonly clientOrderId: string;
  readonly verdict: 'approve' | 'reject' | 'abstain' | 'failed' | 'off';
  readonly reason: OrderReason | null;
  readonly confidence: number | null;
  readonly reasons: readonly string[];
  /** Code of what was found, closer than `reason`; null where nothing was asked. */
  readonly finding: string | null;
  readonly promptVersion: string | null;
  readonly promptHash: string | null;
  readonly model: string | null;
  readonly latencyMs: number | null;
  /** As it came, cut to a bounded size. */
  readonly answer: string | null;
  readonly time: number;
}

/** Cash that moved otherwise than by a fill; once per key. */
export interface CashMovement {
  readonly account: string;
  readonly symbol: string | null;
  /** `forgiven`: what an account that lost more than all was short of when its last position had gone. */
  readonly kind: 'funding' | 'forgiven';
  /** In quote; negative: paid. */
  readonly amount: string;
  readonly time: number;
  readonly key: string;
}

/** Something to be remembered that changes nothing. */
export interface NotedEvent {
  readonly account: string;
  readonly kind: string;
  readonly detail: unknown;
  readonly now: number;
}

/** A row of what happened. */
export interface LedgerEvent {
  readonly id: number;
  readonly account: string;
  readonly at: number;
  readonly kind: string;
  readonly symbol: string | null;
  readonly clientOrderId: string | null;
  readonly actor: string;
  readonly reason: string | null;
  readonly operationId: string | null;
  readonly detail: unknown;
}

export interface Violation {
  /** Number and name, as docs/trading.md counts them. */
  readonly invariant: string;
  readonly detail: string;
}
