import type { ExitPlan } from '../contracts/intents.ts';
import type { Market } from '../contracts/market.ts';
import type { OrderTerms, OrderType } from '../contracts/trading.ts';
import type {
  Balance,
  Quote,
  RejectionCode,
  SwapSettings,
  VenueCard,
  VenueFill,
  VenueOrder,
  VenuePosition,
} from '../contracts/venue.ts';

export type {
  Balance,
  Quote,
  RejectionCode,
  SwapSettings,
  VenueCard,
  VenueFill,
  VenueOrder,
  VenuePosition,
} from '../contracts/venue.ts';

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
  /** The venue's clock less ours, ms, as last measured (the middle of a round trip); null: not measured yet. */
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
