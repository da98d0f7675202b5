import type { TradeSide } from './backtest.ts';
import type {
  ClosedBar,
  Decide,
  Intent,
  MarketPrediction,
  PendingEntryView,
  PositionView,
} from './intents.ts';
import type { Policy } from './policy.ts';
import type { RiskMemory, RuleLine, RuleName } from './risk.ts';

/** All that is known when bars close: what `decideClose` decides by. */
export interface CloseInput {
  /** Epoch ms: the end of the bars that closed. */
  readonly closeTime: number;
  readonly policy: Policy;
  /** Symbols whose bars closed then, in the order of the account. */
  readonly symbols: readonly ClosedSymbol[];
  readonly portfolio: PortfolioAtClose;
  /** Before this close; only a policy with `risk` reads it. */
  readonly memory: RiskMemory;
  /** Closes of any symbol of the portfolio up to this close; only correlations ask for them. */
  readonly recentCloses: RecentCloses;
  /** In the built-in strategy's place; null: the policy's signals are followed. */
  readonly strategy: Decide | null;
}

/** One symbol at the close of its bar. */
export interface ClosedSymbol {
  readonly bar: ClosedBar;
  readonly prediction: MarketPrediction;
  /** What the newest closed bar of the policy's `confirmation` timeframe says; null: nobody said anything of that bar. */
  readonly confirmation: MarketPrediction | null;
  readonly position: PositionView | null;
  readonly pendingEntry: PendingEntryView | null;
  /** Null: not live, so that nobody can know them. */
  readonly facts: LiveFacts | null;
}

/** What only a live account knows; null: it should and does not. */
export interface LiveFacts {
  /** From the close to now, in ms. */
  readonly dataAgeMs: number | null;
  /** In quote. */
  readonly lastTradePrice: number | null;
  /** ask − bid over their middle, in basis points. */
  readonly spreadBps: number | null;
}

/** The account at the close, marked at the last closes, before anything of this close is done; amounts in quote. */
export interface PortfolioAtClose {
  readonly cash: number;
  readonly equity: number;
  /** Σ |quantity| × close of positions. */
  readonly grossExposure: number;
  /** Of all symbols, also of those that have no bar now, and of those that are on their way out. */
  readonly positions: readonly Exposure[];
  /** Entries in flight, at most one a symbol. */
  readonly entries: readonly EntryInFlight[];
}

export interface Exposure {
  readonly symbol: string;
  readonly side: TradeSide;
  /** |quantity| × close, in quote. */
  readonly notional: number;
}

/** Its notional is the worst that may come of it: what has not filled × its limit, or × the close where it has none. */
export interface EntryInFlight extends Exposure {
  /** Nobody knows what became of it: it keeps its slot and its notional, and its symbol is entered by nothing else. */
  readonly isUnknown?: boolean;
}

/** Closes and close times (epoch ms) of a symbol's last bars up to now, oldest first, at most `bars`; empty: none known. */
export type RecentCloses = (
  symbol: string,
  bars: number,
) => { readonly time: ArrayLike<number>; readonly close: ArrayLike<number> };

/** What is done about a symbol, and why. */
export interface SymbolDecision {
  readonly symbol: string;
  readonly intents: readonly Intent[];
  /** Every rule that was asked, in order, with its numbers. */
  readonly rules: readonly RuleLine[];
  /** The first rule that kept an entry back; null: none did, or none was wished for. */
  readonly blockedBy: RuleName | null;
  /** The account is to be halted; the same in every decision of a close. */
  readonly halt: Halt | null;
}

export interface Halt {
  readonly reason: RuleName;
  readonly sentence: string;
}
