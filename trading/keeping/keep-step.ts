import type { Market } from '../../contracts/market.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { FINAL_STATUSES, type OrderLeg, type OrderTerms } from '../../contracts/trading.ts';
import { reachesStop, reachesTarget } from '../../strategy/levels.ts';
import { venueOrder } from '../../strategy/venue-order.ts';
import { type Amount, amount, smaller, ZERO } from '../ledger/amounts.ts';
import type { LedgerOrder, LedgerPosition } from '../ledger/records.ts';
import { flooredToLot, isSellable, stopQuantity, venueQuantity } from '../orders/order-sizes.ts';
import type { Quote, VenueCard } from '../venue.ts';
import type { Keeping, KeptLevels } from './keeping.ts';

/** A position and all that its keeping is decided by. */
export interface KeptView {
  readonly position: LedgerPosition;
  readonly keeping: Keeping;
  readonly levels: KeptLevels;
  /** Orders of the position that are no entries, whatever became of them, in the order they were planned. */
  readonly exits: readonly LedgerOrder[];
  readonly market: Market;
  readonly card: Pick<VenueCard, 'stops' | 'stopLocksBalance'>;
  /** Whether stops rest at the venue or are watched here. */
  readonly stops: 'venue' | 'workflow';
  /** Whether the symbol was flattened and is to hold nothing. */
  readonly isFlattened: boolean;
  /** null: not asked yet, or not told. */
  readonly quote: Quote | null;
  /** Whether a price was asked for in this turn that can be done without. */
  readonly isPriceAsked: boolean;
  readonly now: number;
  /** Legs that were tried in this turn and came to nothing. */
  readonly failed: ReadonlySet<OrderLeg>;
}

/** The next thing to do for a position; after it the position is looked at anew. */
export type KeepStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'quote' }
  /** Ask for a price, and go on without one. */
  | { readonly kind: 'value' }
  /** Find out what became of an order. */
  | { readonly kind: 'settle'; readonly order: LedgerOrder }
  /** Send an exit that was planned before. */
  | { readonly kind: 'send'; readonly order: LedgerOrder }
  | { readonly kind: 'end'; readonly order: LedgerOrder }
  | { readonly kind: 'place'; readonly leg: OrderLeg; readonly terms: OrderTerms }
  /** Write down what was seen of the position. */
  | { readonly kind: 'note'; readonly seen: Partial<Keeping> }
  | { readonly kind: 'leave'; readonly reason: NonNullable<Keeping['leaving']> };

const DONE: KeepStep = { kind: 'done' };
/** An exit that came to nothing is tried again after this, doubled with each attempt. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10_000;
/** What is worth the venue's least at this share of a known price is sold without asking for the price of now. */
const SURE_SHARE = 0.5;
/** A stop that rests on with the price beyond it for so long was jumped over: its limit is not reached any more. */
const PASSED_FOR_MS = 3_000;

/** The rules of keeping in the order in which they count; the first that has an answer decides. Pure. */
export function keepStep(view: KeptView): KeepStep {
  for (const rule of [exitUnderWay, leaves, guard, watchedLevels, passedStop, target, residentStop]) {
    const step = rule(view);
    if (step !== null) return step;
  }
  return DONE;
}

/** One exit at a time: what is under way is brought to its end first. */
function exitUnderWay({ exits }: KeptView): KeepStep | null {
  const order = exits.find(({ leg, status }) => isWholeExit(leg) && !FINAL_STATUSES.has(status));
  if (order === undefined) return null;
  return order.status === 'planned' ? { kind: 'send', order } : { kind: 'settle', order };
}

/** The whole position goes at market; what the venue would not take is waited for, by more fills, or booked as dust. */
function leaves(view: KeptView): KeepStep | null {
  const { position, keeping, exits, market, isFlattened, quote, now, failed } = view;
  const last = exits.findLast(({ leg }) => isWholeExit(leg));
  const reason =
    keeping.leaving ??
    (isFlattened ? 'flattened' : null) ??
    (isTimeUp(position, now) ? 'time' : null) ??
    (last !== undefined && cameToNothing(last) ? 'signal' : null);
  if (reason === null) return null;
  if (keeping.leaving !== null && (failed.has('exit') || (last !== undefined && !mayRetry(last, now)))) {
    return keeping.leaving === 'stop-unconfirmed' ? DONE : null;
  }
  const known = last?.averagePrice ?? position.entryPrice;
  if (quote === null && !view.isPriceAsked && isDoubtful(view, last, known)) return { kind: 'value' };
  if (!isSellable(held(position), quote?.last ?? known, market)) {
    // Only what is too little by the price of now is dust, and only while nothing rests that may sell it.
    const rests = exits.some(({ status }) => !FINAL_STATUSES.has(status));
    if (quote === null || rests) return null;
  }
  if (keeping.leaving === null) return { kind: 'leave', reason };
  return { kind: 'place', leg: 'exit', terms: marketTerms(view, held(position)) };
}

/** Whether it may be worth too little by now: an exit was refused, or the venue would not take it at a share of a known price. */
function isDoubtful({ position, market }: KeptView, last: LedgerOrder | undefined, known: string): boolean {
  return last?.status === 'rejected' || !isSellable(held(position), amount(known).times(SURE_SHARE), market);
}

/** The stop comes before any price is asked for: a venue that tells none is no reason to stand without. */
function guard(view: KeptView): KeepStep | null {
  return view.quote === null ? residentStop(view) : null;
}

/** Whether the position has a stop that is worth nothing without prices: one that is kept here, or that may be jumped over. */
export function isStopWatched({ levels, card, stops }: Pick<KeptView, 'levels' | 'card' | 'stops'>): boolean {
  return levels.stop !== null && (stops === 'workflow' || card.stops !== 'market');
}

/** Stops that no venue keeps. */
function watchedLevels({ keeping, levels, quote, card, stops }: KeptView): KeepStep | null {
  if (levels.stop === null || keeping.leaving !== null || (stops === 'venue' && card.stops !== 'none')) {
    return null;
  }
  if (quote === null) return { kind: 'quote' };
  return reachesStop(levels.side, levels.stop, Number(quote.last))
    ? { kind: 'leave', reason: levels.stopReason }
    : null;
}

/** A stop that becomes a limit order rests on where the price has jumped over its limit too: then the position leaves at market. */
function passedStop({ keeping, levels, exits, card, stops, quote, now }: KeptView): KeepStep | null {
  if (stops !== 'venue' || card.stops !== 'limit' || keeping.leaving !== null) return null;
  const stop = activeStops(exits).find(({ status }) => status === 'open');
  if (stop === undefined) return null;
  if (quote === null) return { kind: 'quote' };
  const isPassed = reachesStop(levels.side, Number(stop.stopPrice), Number(quote.last));
  const { passedSince } = keeping;
  if (isPassed && passedSince !== null)
    return now < passedSince + PASSED_FOR_MS ? null : { kind: 'leave', reason: levels.stopReason };
  if (isPassed === (passedSince !== null)) return null;
  return { kind: 'note', seen: { passedSince: isPassed ? now : null } };
}

/** A share leaves at market where its target is reached; what holds its coins ends first. */
function target(view: KeptView): KeepStep | null {
  const { position, levels, exits, market, card, quote, failed } = view;
  const order = exits.find(({ leg, status }) => isTarget(leg) && !FINAL_STATUSES.has(status));
  if (order?.status === 'planned') return { kind: 'end', order };
  if (order !== undefined) return failed.has(order.leg) ? null : { kind: 'settle', order };
  const open = levels.targets.filter(
    ({ leg, left, price }) => !failed.has(leg) && isSellable(left, price, market),
  );
  if (open.length === 0) return null;
  if (quote === null) return { kind: 'quote' };
  const price = Number(levels.side > 0 ? quote.bid : quote.ask);
  const reached = open.find(({ price: level }) => reachesTarget(levels.side, level, price));
  if (reached === undefined) return null;
  const stop = activeStops(exits)[0];
  if (stop !== undefined && card.stopLocksBalance) return { kind: 'end', order: stop };
  const rest = held(position).minus(reached.left);
  const quantity = isSellable(rest, price, market) ? smaller(reached.left, held(position)) : held(position);
  return { kind: 'place', leg: reached.leg, terms: marketTerms(view, quantity) };
}

/** One resident stop over all that is held and fits into one order, where the levels say; what is unknown is brought to light in time. */
function residentStop(view: KeptView): KeepStep | null {
  const { position, keeping, levels, exits, market, card, stops, now, failed } = view;
  const active = activeStops(exits);
  const isResident = stops === 'venue' && card.stops !== 'none';
  if (levels.stop === null || !isResident)
    return active.length === 0 ? null : { kind: 'end', order: active[0] };
  // Where a stop holds no coins it may only reduce, and sells nothing that a target has sold.
  const elsewhere = card.stopLocksBalance ? underWay(exits, market) : ZERO;
  const quantity = flooredToLot(held(position).minus(elsewhere), market);
  const isOverdue = keeping.stopDue !== null && now >= keeping.stopDue;
  const [stop, ...doubled] = active;
  if (doubled.length > 0) return { kind: 'end', order: doubled[0] };
  if (stop === undefined) {
    if (!isSellable(quantity, levels.stop, market)) {
      // Worth less than the least at its stop: the venue would take none. What is worth less now is waited for, or dust.
      return keeping.leaving !== 'stop-unconfirmed' && isSellable(quantity, position.entryPrice, market)
        ? { kind: 'leave', reason: 'stop-unconfirmed' }
        : null;
    }
    const isRefused = failed.has('stop') || isOverdue;
    if (isRefused) return { kind: 'leave', reason: 'stop-unconfirmed' };
    return { kind: 'place', leg: 'stop', terms: stopTerms(view, quantity) };
  }
  if (stop.status === 'sending' || stop.status === 'unknown') {
    return isOverdue ? { kind: 'leave', reason: 'stop-unconfirmed' } : { kind: 'settle', order: stop };
  }
  const wanted = stopTerms(view, quantity);
  const stands = amount(stop.quantity).minus(stop.filled);
  const isRight =
    stop.side === wanted.side && stands.eq(wanted.quantity) && amount(stop.stopPrice!).eq(wanted.stopPrice!);
  if (!isRight || stop.status !== 'open') return { kind: 'end', order: stop };
  return keeping.stopDue === null ? null : { kind: 'note', seen: { stopDue: null } };
}

function stopTerms({ levels, market, card }: KeptView, quantity: Amount): OrderTerms {
  return {
    side: levels.side > 0 ? 'sell' : 'buy',
    type: 'stop',
    quantity: stopQuantity(quantity, market, card),
    price: null,
    stopPrice: venueOrder({ quantity: 0, limitPrice: levels.stop }, market).price,
    reduceOnly: market.kind === 'swap',
  };
}

function marketTerms({ levels, market }: KeptView, quantity: Amount): OrderTerms {
  return {
    side: levels.side > 0 ? 'sell' : 'buy',
    type: 'market',
    quantity: venueQuantity(quantity, market),
    price: null,
    stopPrice: null,
    reduceOnly: market.kind === 'swap',
  };
}

function isTimeUp({ plan, signalBarTime, timeframe }: LedgerPosition, now: number): boolean {
  const maxBars = plan?.maxBars ?? null;
  return maxBars !== null && now >= signalBarTime + (maxBars + 1) * TIMEFRAME_MS[timeframe];
}

function held({ quantity }: LedgerPosition): Amount {
  return amount(quantity).abs();
}

/** What targets of unknown outcome may have sold, in base: the stop is not to sell it again. */
function underWay(exits: readonly LedgerOrder[], { contractSize }: Market): Amount {
  return exits
    .filter(({ leg, status }) => isTarget(leg) && !FINAL_STATUSES.has(status))
    .reduce((sum, { quantity, filled }) => sum.plus(quantity).minus(filled), ZERO)
    .times(contractSize ?? 1);
}

function activeStops(exits: readonly LedgerOrder[]): readonly LedgerOrder[] {
  return exits.filter(({ leg, status }) => leg === 'stop' && !FINAL_STATUSES.has(status));
}

function isWholeExit(leg: OrderLeg): boolean {
  return leg === 'exit' || leg === 'flatten';
}

function isTarget(leg: OrderLeg): boolean {
  return leg.startsWith('target');
}

/** An exit that was wanted and is not done; one that was withdrawn because it was not wanted any more is. */
function cameToNothing({ status, reason }: LedgerOrder): boolean {
  return status !== 'withdrawn' || (reason !== 'superseded' && reason !== 'operator');
}

function mayRetry({ status, attempt, updatedTime }: LedgerOrder, now: number): boolean {
  if (status === 'filled') return true;
  return now >= updatedTime + Math.min(RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
}
