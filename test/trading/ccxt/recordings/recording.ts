import type { OrderSide, OrderType } from '../../../../contracts/trading.ts';
import type { RejectionCode, VenueOrder } from '../../../../contracts/venue.ts';
import type { OrderCard } from '../../../../venues/cards/card.ts';
import type { VenueCredentials } from '../../../../venues/signing.ts';
import type { RecordedAnswer, Routes } from '../recorded-venue.ts';

/** The venue's clock in all recordings. */
export const NOW = Date.UTC(2026, 5, 1, 12);

/** An order as it stands at the venue. */
export interface StandingOrder {
  readonly venueOrderId: string;
  /** In the venue's form; '' for none. */
  readonly venueClientId: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly status: VenueOrder['status'];
  readonly quantity: string;
  readonly filled: string;
  readonly price: string | null;
  readonly stopPrice: string | null;
}

export interface StandingFill {
  readonly tradeId: string;
  readonly venueOrderId: string;
  readonly venueClientId: string;
  readonly side: OrderSide;
  readonly price: string;
  readonly quantity: string;
  readonly fee: string;
  readonly isMaker: boolean;
  readonly time: number;
}

/**
 * A venue's answers, written by hand after its public documents and what ccxt's parsers expect of them (never taken from a
 * real account). The market is BTC against `quote`, tick 0.01 or coarser, lot 0.00001 or coarser.
 */
export interface VenueRecording {
  readonly card: OrderCard;
  readonly credentials: VenueCredentials;
  readonly symbol: string;
  /** Time and markets. */
  readonly basics: Routes;
  /** Path that orders of a type are posted to, and what exactly is sent there for 0.5 at 60000 (stop 50000). */
  readonly posts: Readonly<
    Record<OrderType, { readonly path: string; readonly parameters: (venueClientId: string) => object }>
  >;
  /** Whether answers to new orders tell the client's id. */
  readonly echoesId: boolean;
  taken(order: Pick<StandingOrder, 'venueOrderId' | 'venueClientId' | 'type'>): Routes;
  refused(type: OrderType, answer: RecordedAnswer): Routes;
  readonly refusals: readonly (readonly [what: string, answer: RecordedAnswer, code: RejectionCode])[];
  readonly duplicate: RecordedAnswer | null;
  /** An error after which nothing is certain. */
  readonly undecided: RecordedAnswer;
  readonly keysRefused: RecordedAnswer;
  /** The order is found; null: none. */
  found(order: StandingOrder | null, type: OrderType): Routes;
  canceled(order: Pick<StandingOrder, 'venueOrderId' | 'venueClientId' | 'type'>): Routes;
  gone(type: OrderType): Routes;
  open(orders: readonly StandingOrder[]): Routes;
  /** Pages of one trade or more each, as the venue orders and pages them. */
  fills(pages: readonly (readonly StandingFill[])[]): Routes;
  readonly fillsPath: string;
  readonly feeCurrency: string;
  balances(
    rows: readonly { readonly currency: string; readonly free: string; readonly locked: string }[],
  ): Routes;
  quote(bid: string, ask: string, last: string): Routes;
  /** The same routes answered by something else each. */
  readonly questionPaths: Readonly<Record<'lookUp' | 'openOrders' | 'fills' | 'balances', readonly string[]>>;
}
