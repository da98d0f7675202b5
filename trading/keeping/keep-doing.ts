import { AlphaloomError } from '../../contracts/errors.ts';
import type { Fact } from '../../contracts/notifications.ts';
import type { OrderLeg, OrderReason, OrderTerms } from '../../contracts/trading.ts';
import type { TimedDesk } from '../desk.ts';
import { asked, pause } from '../in-time.ts';
import type { LedgerOrder, LedgerPosition } from '../ledger/records.ts';
import { endOrder } from '../orders/end-order.ts';
import { sendExit } from '../orders/exit.ts';
import { priceNow } from '../orders/price-now.ts';
import { NOTHING_ASKED, sendOrder } from '../orders/send.ts';
import { settledSoon, settleOrder } from '../orders/settle-order.ts';
import { tellGone } from '../recovery/difference.ts';
import type { Quote } from '../venue.ts';
import { isStopWatched, type KeepStep, type KeptView } from './keep-step.ts';
import { writeKeeping } from './kept-view.ts';
import { lackingOf, mendOf } from './lacking.ts';

/** One symbol’s turn. */
export interface KeepTurn {
  readonly desk: TimedDesk;
  readonly symbol: string;
  /** As asked in this turn. */
  quote: Quote | null;
  /** Whether a price was asked for that can be done without. */
  isPriceAsked: boolean;
  /** Legs that were tried in this turn and came to nothing. */
  readonly failed: Set<OrderLeg>;
}

/** The venue has so long from the fill on to confirm a stop. */
const STOP_CONFIRMED_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 500;
/** A stop that is watched here has to do without prices for so long before it is told, and again every so often. */
const PRICE_PATIENCE_MS = 30_000;
const ALARM_EVERY_MS = 300_000;
const NO_PRICE = 'the venue tells no price, and the stop is watched from here';
/**
 * Refusals of a stop that are over in a moment, so that it is tried again until it is overdue: coins that an order held until
 * now, too many requests, a clock that is measured anew.
 */
const PASSING: ReadonlySet<OrderReason> = new Set(['no-balance', 'rate-limited', 'clock-skew']);

/** @returns whether the turn goes on */
export async function doStep(turn: KeepTurn, view: KeptView, step: KeepStep): Promise<boolean> {
  const { desk } = turn;
  switch (step.kind) {
    case 'done':
      return false;
    case 'quote':
      return askPrice(turn, view);
    case 'value':
      turn.isPriceAsked = true;
      turn.quote = await priceNow(desk, turn.symbol);
      return true;
    case 'settle':
      return settle(turn, step.order);
    case 'send':
      return cameThrough(turn, await settledSoon(desk, await sendExit(desk, step.order)));
    case 'end':
      await endOrder(desk, step.order);
      return true;
    case 'note':
      await writeKeeping(turn, view.position, { ...view.keeping, ...step.seen });
      return true;
    case 'leave':
      return leave(turn, view, step.reason);
    case 'place':
      return step.leg === 'stop' ? placeStop(turn, view, step.terms) : sell(turn, view, step.leg, step.terms);
  }
}

async function askPrice(turn: KeepTurn, view: KeptView): Promise<boolean> {
  const { desk, symbol } = turn;
  const { position, keeping } = view;
  try {
    turn.quote = await asked(desk, desk.venue.quote(symbol));
  } catch (error) {
    if (error instanceof AlphaloomError && isStopWatched(view)) await missPrice(turn, view);
    throw error;
  }
  if (keeping.priceDue !== null) await writeKeeping(turn, position, { ...keeping, priceDue: null });
  return true;
}

/** Told once prices have failed for a while, and again as long as they do. */
async function missPrice(turn: KeepTurn, { position, keeping, levels }: KeptView): Promise<void> {
  const now = turn.desk.now();
  const { priceDue } = keeping;
  if (priceDue !== null && now < priceDue) return;
  if (priceDue !== null)
    await tellUnprotected(turn, position, { stop: levels.stop, reason: NO_PRICE }, `/${now}`);
  const wait = priceDue === null ? PRICE_PATIENCE_MS : ALARM_EVERY_MS;
  await writeKeeping(turn, position, { ...keeping, priceDue: now + wait });
}

/** What is under way at market ends soon or in a later turn; a stop’s outcome is waited for until it is overdue. */
async function settle(turn: KeepTurn, order: LedgerOrder): Promise<boolean> {
  const { desk } = turn;
  if (order.leg !== 'stop') return cameThrough(turn, await settledSoon(desk, order));
  const { status } = await settleOrder(desk, order);
  if (status === 'sending' || status === 'unknown') await pause(desk, LOOK_AGAIN_MS);
  return true;
}

/** @returns true: what did not come through is passed over in the rest of the turn */
function cameThrough({ failed }: KeepTurn, { status, leg }: LedgerOrder): boolean {
  if (status !== 'filled') failed.add(leg);
  return leg.startsWith('target') || status !== 'open';
}

/** It is told, then why the position leaves is written: a crash in between tells it twice rather than never. */
async function leave(
  turn: KeepTurn,
  { position, keeping }: KeptView,
  leaving: NonNullable<KeptView['keeping']['leaving']>,
): Promise<boolean> {
  if (leaving === 'stop-unconfirmed') await tellUnprotected(turn, position);
  if (leaving === 'flattened') await tellReopened(turn, position);
  await writeKeeping(turn, position, { ...keeping, leaving });
  return true;
}

async function sell(turn: KeepTurn, view: KeptView, leg: OrderLeg, terms: OrderTerms): Promise<boolean> {
  const { desk, quote } = turn;
  const decisionPrice = quote?.last ?? view.position.entryPrice;
  const order = await planned(turn, view, leg, terms, decisionPrice);
  if (order === null) return false;
  const sent =
    leg === 'exit'
      ? await sendExit(desk, order)
      : await sendOrder(desk, order, { ...NOTHING_ASKED, price: quote?.last ?? null });
  const done = await settledSoon(desk, sent);
  // The first time the coins of a stop that has just ended may be on their way.
  if (leg === 'exit' && done.attempt > 1) await lookForLacking(turn);
  return cameThrough(turn, done);
}

/** An exit that was refused may have nothing to sell: that is told once, when it is found. */
async function lookForLacking(turn: KeepTurn): Promise<void> {
  const { desk, symbol } = turn;
  const position = desk.ledger.positions(desk.account).find(held => held.symbol === symbol);
  if (position === undefined) return;
  await lackingOf(desk, position, lacking =>
    lacking.kind === 'gone'
      ? tellGone(desk, position, lacking)
      : tellUnprotected(turn, position, { reason: mendOf(lacking, position) }, '/lacking'),
  );
}

/** The time in which it has to be confirmed begins before it is sent. */
async function placeStop(turn: KeepTurn, view: KeptView, terms: OrderTerms): Promise<boolean> {
  const { desk, failed } = turn;
  const { position, keeping } = view;
  if (keeping.stopDue === null) {
    await writeKeeping(turn, position, { ...keeping, stopDue: desk.now() + STOP_CONFIRMED_WITHIN_MS });
  }
  const order = await planned(turn, view, 'stop', terms, terms.stopPrice!);
  if (order === null) return false;
  const { status, reason } = await sendOrder(desk, order, NOTHING_ASKED);
  if (status === 'withdrawn') return false;
  if (status !== 'rejected') return true;
  if (reason !== null && PASSING.has(reason)) await pause(desk, LOOK_AGAIN_MS);
  else failed.add('stop');
  return true;
}

function planned(
  { desk }: KeepTurn,
  { position }: KeptView,
  leg: OrderLeg,
  terms: OrderTerms,
  decisionPrice: string,
): Promise<LedgerOrder | null> {
  const { ledger, lease, account } = desk;
  const { symbol, timeframe, signalBarTime } = position;
  const key = { account, symbol, timeframe, barTime: signalBarTime, leg };
  return ledger.planExit(lease, { key, terms, decisionPrice, now: desk.now() });
}

async function tellReopened({ desk, symbol }: KeepTurn, { id, quantity }: LedgerPosition): Promise<void> {
  const { ledger, account } = desk;
  await ledger.notify({
    event: 'flatten-started',
    key: `flatten-started/${account}/${symbol}/${id}`,
    subject: `${account} ${symbol}`,
    at: desk.now(),
    facts: { quantity, reason: 'a fill came after all was closed' },
  });
}

/** @param alarm tells alarms of one position apart: of the same key one is told */
async function tellUnprotected(
  { desk, symbol }: KeepTurn,
  { quantity }: LedgerPosition,
  facts: Readonly<Record<string, Fact>> = {},
  alarm = '',
): Promise<void> {
  const { ledger, account } = desk;
  await ledger.notify({
    event: 'position-unprotected',
    key: `position-unprotected/${account}/${symbol}${alarm}`,
    subject: `${account} ${symbol}`,
    at: desk.now(),
    facts: { quantity, ...facts },
  });
}
