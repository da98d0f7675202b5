import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import type {
  AttachedPlan,
  OrderReference,
  SubmitOutcome,
  SubmittedOrder,
  Venue,
} from '../../../trading/venue.ts';
import type { PlainBar } from '../../support/trading-exchange.ts';

/** What can be broken of a venue's answers. `…-before`: it has not acted; the others: it has. */
export const BROKEN_ANSWERS = [
  'cut',
  'truncated',
  'empty',
  'object',
  'html',
  'stalled',
  'reset-after',
  'unavailable-after',
  'unnamed-status-after',
  'reset-before',
  'unavailable-before',
  'unnamed-status-before',
  'rate-limited-before',
  'rate-limited-after',
] as const;
export type BrokenAnswer = (typeof BROKEN_ANSWERS)[number];

export type VenueRequestName =
  | 'submit'
  | 'lookUp'
  | 'cancel'
  | 'openOrders'
  | 'recentOrders'
  | 'fills'
  | 'balances';

/** What a venue that is spoken to over a wire lets a test do to it. */
export interface VenueTrouble {
  /** The next such request is answered so. */
  breakNext(request: VenueRequestName, how: BrokenAnswer): void;
  /** The next such request is answered about another order. */
  confuseNext(request: 'submit' | 'lookUp' | 'cancel'): void;
  /** The next trades come twice, or the newest first. */
  spoilFills(how: 'twice' | 'newest-first'): void;
  /** Orders that the venue has accepted, whoever was told so. */
  acceptedOrders(): number;
  /** So much is the venue's clock ahead of ours from now on. */
  skewClock(ms: number): void;
  revokeKey(): void;
  /** `closed`: listed, takes no orders. `delisted`: not listed any more. */
  setMarket(status: 'open' | 'closed' | 'delisted'): void;
  /** New orders are invisible to queries for so long. */
  lagQueries(ms: number): void;
}

/**
 * A venue with one market, BTCUSDT (tick 0.01, lot 0.00001, minimum 5 USDT) whose price is 100, and an account of 10,000 USDT (and 1 BTC
 * where it can hold coins that it did not buy).
 */
export interface VenueScene {
  readonly venue: Venue;
  readonly clock: { now(): number };
  /** Exits of entries, for venues that attach them. */
  readonly plan: AttachedPlan | null;
  /** The next bar passes: open, high, low, close, volume. */
  bar(bar: PlainBar): Promise<void>;
  /** null: it can't be broken (no wire). */
  readonly trouble: VenueTrouble | null;
}

/** @param setUp `takerShare`: of a bar's volume a taker gets so much at most; `deadlineMs`: for one request */
export type MakeVenue = (
  t: TestContext,
  setUp?: { readonly makerShare?: number; readonly deadlineMs?: number; readonly usdt?: string },
) => Promise<VenueScene>;

export const SYMBOL = 'BTCUSDT';

let made = 0;
/** An id as the ledger makes them. */
export function newClientId(): string {
  return createHash('sha256').update(`contract/${made++}`).digest('hex').slice(0, 32);
}

export function order(scene: VenueScene, changes: Partial<SubmittedOrder> = {}): SubmittedOrder {
  return {
    clientOrderId: newClientId(),
    symbol: SYMBOL,
    side: 'buy',
    type: 'market',
    quantity: '0.5',
    price: null,
    stopPrice: null,
    reduceOnly: false,
    sentAt: scene.clock.now(),
    plan: scene.plan,
    ...changes,
  };
}

export function referenceTo(
  { symbol, clientOrderId, type, sentAt }: SubmittedOrder,
  venueOrderId: string | null = null,
): OrderReference {
  return { symbol, clientOrderId, type, sentAt, venueOrderId };
}

export function accepted(outcome: SubmitOutcome) {
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
  return outcome.kind === 'accepted' ? outcome.order : assert.fail();
}

/** A bar in which nothing happens. */
export const quiet: PlainBar = [100, 100, 100, 100];
