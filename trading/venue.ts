import type { ExitPlan } from '../contracts/intents.ts';
import type { Market } from '../contracts/market.ts';
import type { MarketKind } from '../contracts/series.ts';
import type { OrderSide, OrderTerms, OrderType } from '../contracts/trading.ts';

/**
 * Where an account's orders go. Two implementations, one contract suite: `paper` (the matching engine over closed bars) and
 * `ccxt` (a real venue by its card). Amounts are decimal strings; times are epoch ms of the venue's clock. Nothing here
 * retries: who calls knows what may be asked again. What is thrown is an AlphaloomError without text of the exchange client
 * (its messages carry signed addresses).
 */
export interface Venue {
  readonly card: VenueCard;
  /** The venue's clock now, by an offset that is measured at start, every ten minutes and when the venue says it is off. */
  now(): Promise<number>;
  /** How far our clock is from the venue's, ms, as last measured. */
  readonly clockOffsetMs: number | null;
  market(symbol: string): Promise<Market>;
  /**
   * Posts an order, once. Never throws for what may have reached the venue: whatever is not clearly accepted or rejected is
   * `unknown`.
   */
  submit(order: SubmittedOrder): Promise<SubmitOutcome>;
  /**
   * What the venue knows of one order. `null`: it says that it knows none. An answer about another order is an error.
   * @throws AlphaloomError VENUE_* where it can't be asked, ORDER_MISMATCH
   */
  lookUp(order: OrderReference): Promise<VenueOrder | null>;
  /** Asks to cancel. `gone`: there is nothing to cancel any more (filled, canceled, never there): look it up. */
  cancel(order: OrderReference): Promise<CancelOutcome>;
  /** Resting orders of the symbol, conditional ones included; of every client. @throws VENUE_* */
  openOrders(symbol: string): Promise<readonly VenueOrder[]>;
  /** Orders of the symbol that were made since, open and closed; of every client. @throws VENUE_* */
  recentOrders(symbol: string, since: number): Promise<readonly VenueOrder[]>;
  /** Own trades of the symbol since, oldest first, of every client; all pages. @throws VENUE_* */
  fills(symbol: string, since: number): Promise<readonly VenueFill[]>;
  /** @throws VENUE_*; an empty answer is believed only if the venue sent one */
  balances(): Promise<readonly Balance[]>;
  /** Open positions of a swap account; empty on spot. @throws VENUE_* */
  positions(): Promise<readonly VenuePosition[]>;
  quote(symbol: string): Promise<Quote>;
  /** How a swap's symbol is set up; null on spot. */
  swapSettings(symbol: string): Promise<SwapSettings | null>;
  close(): Promise<void>;
}

/** What a venue can do and how it has to be spoken to; a venue without one gives data and paper trading only. */
export interface VenueCard {
  /** Its name in cards/: `binance`, `binance-usdm`, `paper`, … */
  readonly name: string;
  readonly kind: MarketKind;
  /** The 128-bit id (32 hexadecimal digits) as this venue takes it, and back (null: not one of ours). */
  readonly clientId: { encode(id: string): string; decode(venueId: string): string | null };
  /** `ever`: no id twice. `open`: unique among resting orders only. `none`: the venue does not check. */
  readonly idsUnique: 'ever' | 'open' | 'none';
  /** Whether an order can be looked up by its client order id. */
  readonly findsByClientId: boolean;
  /** ms after `sentAt` at which the venue refuses an order that arrives late; null: it never does, an operator settles unknowns. */
  readonly requestExpiryMs: number | null;
  /** Codes of the venue by which an order was certainly refused, and what they mean. */
  readonly rejections: Readonly<Record<string, RejectionCode>>;
  /** `market`: a resting stop becomes a market order; `limit`: a limit order; `none`: the venue keeps none. */
  readonly stops: 'market' | 'limit' | 'none';
  /** `attached`: the venue manages an entry's exits by its plan (paper). `legs`: each exit is an order of its own. */
  readonly exits: 'attached' | 'legs';
  /** Whether a resting stop holds the coins it would sell (spot). */
  readonly stopLocksBalance: boolean;
  /** What the contract suite has been run against: `loopback`, or `recordings` where nothing better is reachable. */
  readonly testedAgainst: 'loopback' | 'recordings' | 'engine';
  readonly quirks: readonly string[];
}

/** What a refusal means to us. */
export type RejectionCode =
  | 'insufficient-balance'
  | 'filter'
  | 'duplicate-id'
  | 'expired-request'
  | 'reduce-only'
  | 'symbol-closed'
  | 'permission'
  | 'rate-limit'
  | 'would-trigger'
  | 'other';

export interface SubmittedOrder extends OrderTerms {
  /** 32 hexadecimal digits. */
  readonly clientOrderId: string;
  readonly symbol: string;
  /** On the venue's clock; the request is void at `sentAt + requestExpiryMs`. */
  readonly sentAt: number;
  /** Of an entry, for venues whose exits are attached; distances in quote or percent from the average entry. */
  readonly plan: AttachedPlan | null;
}

export interface AttachedPlan {
  readonly exits: ExitPlan;
  /** Bars in which a limit entry may fill; null: at market. */
  readonly validBars: number | null;
}

export interface OrderReference {
  readonly symbol: string;
  readonly clientOrderId: string;
  /** Known once the venue has answered. */
  readonly venueOrderId: string | null;
  readonly type: OrderType;
  readonly sentAt: number;
}

export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly order: VenueOrder }
  | { readonly kind: 'rejected'; readonly code: RejectionCode; readonly venueCode: string }
  /** May stand at the venue or not; `duplicate`: the venue says that the id is taken, so look it up. */
  | { readonly kind: 'unknown'; readonly code: string; readonly duplicate: boolean };

export type CancelOutcome =
  | { readonly kind: 'canceled' | 'gone' }
  | { readonly kind: 'unknown'; readonly code: string };

export interface VenueOrder {
  readonly venueOrderId: string;
  /** Ours, decoded; null of an order that we did not make. */
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly status: 'open' | 'filled' | 'canceled' | 'expired' | 'rejected';
  readonly quantity: string;
  readonly filled: string;
  readonly price: string | null;
  readonly stopPrice: string | null;
  readonly time: number;
}

export interface VenueFill {
  /** Unique per venue, account and symbol. */
  readonly tradeId: string;
  readonly venueOrderId: string;
  /** null where the venue does not say it with its trades, or of an order that we did not make. */
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly price: string;
  readonly quantity: string;
  readonly fees: readonly { readonly amount: string; readonly currency: string }[];
  readonly isMaker: boolean;
  readonly time: number;
  /** Of a venue that closes positions by itself: attached exits, liquidation. */
  readonly reason: 'stop' | 'trailing' | 'target' | 'time' | 'signal' | 'liquidation' | null;
}

export interface Balance {
  readonly currency: string;
  readonly free: string;
  readonly locked: string;
}

export interface VenuePosition {
  readonly symbol: string;
  /** Negative: short; in base. */
  readonly quantity: string;
  readonly entryPrice: string;
  readonly leverage: string | null;
}

export interface Quote {
  readonly bid: string;
  readonly ask: string;
  readonly last: string;
  readonly time: number;
}

export interface SwapSettings {
  readonly positionMode: 'one-way' | 'hedge';
  readonly marginMode: 'isolated' | 'cross';
  readonly leverage: string;
}
