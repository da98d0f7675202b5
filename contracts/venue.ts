import type { MarketKind } from './series.ts';
import type { OrderSide, OrderType } from './trading.ts';

/** What a venue can do and how it has to be spoken to; a venue without one gives data and paper trading only. */
export interface VenueCard {
  /** Its name in venues/cards/: `binance`, `binance-usdm`, `paper`, … */
  readonly name: string;
  readonly kind: MarketKind;
  /** The 128-bit id (32 hexadecimal digits) as this venue takes it, and back (null: not one of ours). */
  readonly clientId: { encode(id: string): string; decode(venueId: string): string | null };
  /** `ever`: no id twice. `open`: unique among resting orders only. `none`: the venue does not check. */
  readonly idsUnique: 'ever' | 'open' | 'none';
  /** Whether an order can be looked up by its client order id alone. */
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
  /** Negative: a rebate. */
  readonly fees: readonly { readonly amount: string; readonly currency: string }[];
  readonly isMaker: boolean;
  readonly time: number;
  /** Of a venue that closes positions by itself: attached exits, liquidation. `operator`: no trade of the venue’s, but somebody’s word. */
  readonly reason: 'stop' | 'trailing' | 'target' | 'time' | 'signal' | 'liquidation' | 'operator' | null;
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
