import type { Prediction } from './prediction.ts';
import type { Timeframe } from './series.ts';

/** `paper`: the backtest's matching engine over live candles; `live`: real orders at a venue. */
export type AccountMode = 'paper' | 'live';

/**
 * What an account may do; checked in the transaction that lets an order go.
 * `running`: everything. `paused`: no entries, exits are managed. `halted`: as paused, and resuming needs an
 * acknowledgement. `flattening`: only what closes positions. `stopped`: nothing is sent; no workflow runs.
 */
export const ACCOUNT_STATES = ['running', 'paused', 'halted', 'flattening', 'stopped'] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** Where an account's time comes from: the clock, or recorded bars that are played as fast as they are worked through. */
export type AccountClock =
  | { readonly kind: 'real' }
  | {
      readonly kind: 'replay';
      /** Closes with fromTime < close ≤ toTime are played, epoch ms. */
      readonly fromTime: number;
      readonly toTime: number;
    };

export interface TradedSymbol {
  /** Compact: BTCUSDT. */
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/**
 * An order's life. `planned` → `sending` (one transaction; only its winner posts, once) → what the venue says.
 * `withdrawn`: was never sent. `unknown`: may stand at the venue; blocks entries of its symbol until settled.
 * `lapsed`: proven never to have reached the venue.
 */
export const ORDER_STATUSES = [
  'planned',
  'withdrawn',
  'sending',
  'unknown',
  'open',
  'filled',
  'canceled',
  'expired',
  'rejected',
  'lapsed',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** After these nothing of an order changes any more, save fills that come late. */
export const FINAL_STATUSES: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'withdrawn',
  'filled',
  'canceled',
  'expired',
  'rejected',
  'lapsed',
]);

/** What an order is for; a part of its client order id. */
export const ORDER_LEGS = ['entry', 'exit', 'stop', 'target1', 'target2', 'target3', 'flatten'] as const;
export type OrderLeg = (typeof ORDER_LEGS)[number];

export type OrderSide = 'buy' | 'sell';
/** `stop`: rests at the venue and becomes a market order (a limit order where the venue has no other) at `stopPrice`. */
export type OrderType = 'market' | 'limit' | 'stop';

/** Names an order for good: the client order id is made of these and the ledger's id, never of what it wants. */
export interface OrderKey {
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Open time of the deciding bar, epoch ms. */
  readonly barTime: number;
  readonly leg: OrderLeg;
  /** From 1; an exit, stop or target that came to nothing gets the next. Entries have one attempt. */
  readonly attempt: number;
}

/** Amounts are decimal strings in the venue's units (contracts where the market counts in them), on its steps. */
export interface OrderTerms {
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly quantity: string;
  /** Of limit orders, in quote. */
  readonly price: string | null;
  /** Of stops, in quote. */
  readonly stopPrice: string | null;
  /** May only make a position smaller. */
  readonly reduceOnly: boolean;
}

/** Why an order was not sent, or came to nothing; a closed set, shown by `trade why` and in notifications. */
export const ORDER_REASONS = {
  'account-state': 'the account’s state does not allow it',
  'symbol-paused': 'the symbol is paused',
  'symbol-unknown-order': 'an order of the symbol is in an unknown state',
  'too-late': 'its time to be sent had passed',
  'price-moved': 'the price had left the band',
  'spread-wide': 'the spread was too wide',
  'price-unknown': 'the venue could not be asked for the price',
  'slot-lost': 'its slot was given up',
  'llm-rejected': 'the language model rejected it',
  'llm-abstained': 'the language model abstained',
  'llm-failed': 'the language model gave no usable answer',
  'not-allowed': 'the account may not send real orders',
  'no-balance': 'the free balance does not allow it',
  'too-small': 'it is under the venue’s minimum',
  'clock-skew': 'our clock is too far from the venue’s',
  superseded: 'a later decision took its place',
  'rate-limited': 'the venue takes no more requests for a moment',
  'market-closed': 'the venue does not trade the symbol: it is halted or delisted',
  'venue-rejected': 'the venue rejected it',
  'stop-unconfirmed': 'its stop could not be placed in time',
  'over-limit': 'a limit of the account does not allow it any more',
  operator: 'an operator decided so',
} as const;
export type OrderReason = keyof typeof ORDER_REASONS;

/** A step's answer for one symbol: one symbol's failure never stops the others. */
export type SymbolResult<Value> =
  | { readonly symbol: string; readonly ok: true; readonly value: Value }
  | {
      readonly symbol: string;
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string };
    };

/** A close that an account has to work on: the bars of these symbols close at `closeTime`. */
export interface AccountClose {
  readonly account: string;
  readonly closeTime: number;
  readonly symbols: readonly TradedSymbol[];
  /** Work on it ends here: half the shortest bar after the close. */
  readonly deadline: number;
}

/** What `infer` hands to `decide` for one symbol. */
export interface InferredBar {
  readonly timeframe: Timeframe;
  /** Open time of the closed bar, epoch ms. */
  readonly barTime: number;
  readonly prediction: Prediction;
}

/** A query’s answer: what the workflow does now. Everything else is read from the ledger. */
export interface TradingStatus {
  readonly account: string;
  /** Close that is worked on, or waited for, epoch ms; null before the first. */
  readonly closeTime: number | null;
  readonly step:
    | 'recovering'
    | 'waiting'
    | 'refreshing'
    | 'inferring'
    | 'deciding'
    | 'validating'
    | 'executing'
    | 'settling'
    | 'flattening'
    | 'stopping';
  /** Closes worked on since the account was started. */
  readonly closes: number;
  /** What went wrong last, until a close is decided again; null: nothing. */
  readonly failure: StepFailure | null;
  /** Symbols that nothing could be decided about at the last close, each with why. */
  readonly undecided: readonly { readonly symbol: string; readonly code: string; readonly message: string }[];
}

export interface StepFailure {
  readonly code: string;
  readonly message: string;
  /** Epoch ms of our clock. */
  readonly time: number;
}
