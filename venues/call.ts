import { AsyncLocalStorage } from 'node:async_hooks';

/** Who asks: market data may use half of a venue's limit, trading all of it. */
export type BudgetUse = 'data' | 'trading';

/** One question to a venue, with what its requests leave behind; ccxt hands nothing of this through its methods. */
export interface VenueCall {
  readonly use: BudgetUse;
  readonly signal: AbortSignal | undefined;
  /** Moment of the venue's clock that requests are signed as of; undefined: when they are sent. */
  readonly signTime?: number;
  /** Local epoch ms after which nothing leaves that may change something; undefined: it may leave whenever. */
  readonly leavesBefore?: number;
  /** Whether a request that may change something has left, or was about to. */
  isPosted: boolean;
  /** The last answer, whatever its status. */
  answer: VenueAnswer | null;
}

export interface VenueAnswer {
  readonly status: number;
  readonly text: string;
  /** Parsed JSON of a successful answer. */
  readonly json: unknown;
  /** Local epoch ms. */
  readonly sentTime: number;
  readonly receivedTime: number;
  /** The venue's clock by its `Date` header, epoch ms in whole seconds; null without one. */
  readonly dateTime: number | null;
}

/** One request of a call: which host's limit it counts against, and the status of its answer. */
export interface VenueRequest {
  readonly call: VenueCall;
  readonly host: string;
  status: number;
}

/** Async contexts, since a ccxt client is shared by calls that run at once. */
export const currentCall = new AsyncLocalStorage<VenueCall>();
export const currentRequest = new AsyncLocalStorage<VenueRequest>();
