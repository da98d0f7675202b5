import type { MarketPrediction } from './intents.ts';
import type { LabelSpec } from './labels.ts';
import type { TradingOperation } from './messages.ts';
import type { AccountClose, InferredBar, OrderStatus, SymbolResult } from './trading.ts';

/** What an account’s workflow is started with, and what each of its steps is told. */
export interface LiveTradingInput {
  readonly account: string;
  /** Of the ledger that the account stands in: a worker with another one refuses (LEDGER_MISMATCH). */
  readonly ledgerId: string;
}

export interface PlanRequest extends LiveTradingInput {
  /** Last close that this run has worked on, whatever came of it; null before the first. */
  readonly workedCloseTime: number | null;
}

/** What the workflow does next, as the ledger stands. */
export type TradingPlan =
  | {
      readonly kind: 'close';
      readonly close: AccountClose;
      /** `real`: bars close with time. `replay`: recorded ones are played, and nothing leaves the machine. */
      readonly clock: 'real' | 'replay';
      /** Whether orders leave the machine. */
      readonly mode: 'paper' | 'live';
      /** When work on it begins, epoch ms of our clock; some time before the bar closes. */
      readonly wakeTime: number;
      /** No later than that; earlier where there is something else to do before: then it is planned anew. */
      readonly lookAgainTime: number;
      /** Whether something is open that has to be looked after until then. */
      readonly watches: boolean;
      /** Symbols that are being closed, beside the closes of the others; absent in plans of before that was so. */
      readonly flattens?: readonly string[];
      readonly closes: number;
    }
  /** This worker has not looked after the account yet: another one did, and may have ended at any moment. */
  | { readonly kind: 'recover' }
  /** `symbols`: those alone, and nothing beside; null: all of the account. */
  | { readonly kind: 'flatten'; readonly symbols: readonly string[] | null }
  | { readonly kind: 'end'; readonly reason: string };

export type ClosePlan = Extract<TradingPlan, { kind: 'close' }>;

export interface CloseRequest extends LiveTradingInput {
  readonly close: AccountClose;
}

/** The closed bar of a symbol is in the store. */
export interface RefreshedBar {
  readonly barTime: number;
  /** What a live account knows beside its bars; null where it was not asked. */
  readonly quote: { readonly last: number; readonly spreadBps: number } | null;
}

export interface InferRequest extends CloseRequest {
  readonly refreshed: readonly SymbolResult<RefreshedBar>[];
}

/** What a symbol's decision is made of. */
export interface InferredClose extends InferredBar {
  readonly bar: {
    readonly openTime: number;
    readonly open: number;
    readonly high: number;
    readonly low: number;
    readonly close: number;
    readonly volume: number;
  };
  /** What levels are counted in, in price; null while too few bars are there. */
  readonly volatility: number | null;
  readonly labels: LabelSpec;
  /** What the newest closed bar of the policy's `confirmation` timeframe says; null: nobody said anything, or it was not asked. */
  readonly confirmation: MarketPrediction | null;
  readonly quote: RefreshedBar['quote'];
}

export interface DecideRequest extends CloseRequest {
  readonly inferred: readonly SymbolResult<InferredClose>[];
}

export interface ValidateRequest extends CloseRequest {
  readonly orders: readonly string[];
}

/** What stands in the ledger for a close. */
export interface DecidedAccount {
  /** One line per symbol: `enter LONG`, `nothing`, …, or why nothing could be decided. */
  readonly outcomes: readonly {
    readonly symbol: string;
    readonly outcome: string;
    /** Where nothing could be decided: `outcome` is the code then. */
    readonly message?: string;
  }[];
  /** Client order ids that are still to be sent, and of entries to be cancelled. */
  readonly orders: readonly string[];
  readonly cancels: readonly string[];
  /** Those of the orders that need a language model’s word first; empty: none does. */
  readonly unvalidated: readonly string[];
}

export interface ExecuteRequest extends CloseRequest {
  readonly orders: readonly string[];
  readonly cancels: readonly string[];
}

export interface ExecutedOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly leg: string;
  readonly status: OrderStatus;
  readonly reason: string | null;
}

export interface WatchRequest extends LiveTradingInput {
  /** Epoch ms of our clock. */
  readonly untilTime: number;
}

export interface FlattenRequest extends LiveTradingInput {
  readonly symbols: readonly string[] | null;
}

export interface FlattenedAccount {
  readonly account: string;
  /** false: more is to be closed by now than was asked. */
  readonly isDone: boolean;
}

/** @see recoverTrading */
export interface RecoverRequest extends LiveTradingInput {
  /** The account begins: what must not trade is refused. */
  readonly isStart: boolean;
}

export interface MessageRequest extends LiveTradingInput {
  readonly operation: TradingOperation;
}

export interface RecoveredAccount {
  readonly notes: readonly string[];
}

/** How an account’s workflow ended. */
export interface TradingEnd {
  readonly account: string;
  readonly closes: number;
  readonly reason: string;
}
