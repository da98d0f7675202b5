import { AlphaloomError } from '../../contracts/errors.ts';
import { ORDER_REASONS } from '../../contracts/trading.ts';
import type { TimedDesk } from '../desk.ts';
import { asked } from '../in-time.ts';
import { lackingOf, mendOf } from '../keeping/lacking.ts';
import { amount } from '../ledger/amounts.ts';
import type { LedgerOrder, LedgerPosition } from '../ledger/records.ts';
import { cancelResting, oursAmong } from '../orders/ask-venue.ts';
import { endOrder } from '../orders/end-order.ts';
import { legsOf, sendExit, staysBeside } from '../orders/exit.ts';
import { referenceOf } from '../orders/look-up.ts';
import { venueQuantity } from '../orders/order-sizes.ts';
import { priceNow } from '../orders/price-now.ts';
import { settleSymbol } from '../orders/settle.ts';
import { settledSoon } from '../orders/settle-order.ts';

/** What keeps a symbol from being flat. */
export interface Blocked {
  readonly why: string;
  /** No time mends it. */
  readonly needsOperator: boolean;
}

/**
 * One pass over one symbol: each step is taken on what the one before has found. In a market that the venue lists no more nothing
 * can rest: it is flat where the ledger holds nothing of it.
 * @returns null: it is flat, and the venue says so
 * @throws AlphaloomError VENUE_*, SYMBOL_UNKNOWN, ORDER_MISMATCH, TRADING_LATE
 */
export async function flattenSymbol(desk: TimedDesk, symbol: string): Promise<Blocked | null> {
  try {
    return await passOver(desk, symbol);
  } catch (error) {
    const isDelisted = error instanceof AlphaloomError && error.code === 'SYMBOL_UNKNOWN';
    if (!isDelisted || positionOf(desk, symbol) !== null || openOf(desk, symbol).length > 0) throw error;
    return null;
  }
}

async function passOver(desk: TimedDesk, symbol: string): Promise<Blocked | null> {
  for (const order of openOf(desk, symbol)) if (!isLet(desk, order)) await endOrAsk(desk, order);
  await settleSymbol(desk, symbol);
  const exit = openOf(desk, symbol).find(closes);
  if (exit !== undefined) return mendsItself(`an exit is ${exit.status}`);
  const lacking = await lackingIn(desk, symbol);
  if (lacking !== null) return lacking;
  const position = positionOf(desk, symbol);
  if (position !== null) {
    const order = await close(desk, position);
    if (order !== null && positionOf(desk, symbol) !== null)
      return (await lackingIn(desk, symbol)) ?? mendsItself(outcomeOf(order));
  }
  // What stayed beside the exit ends with the position; what is too little for an exit is dust once nothing rests beside it.
  for (const leg of legsOf(desk, symbol)) await endOrAsk(desk, leg);
  if (positionOf(desk, symbol) !== null) return mendsItself('its position is open');
  const left = openOf(desk, symbol)[0];
  const why = left === undefined ? await objection(desk, symbol) : `the ${left.leg} is ${left.status}`;
  return why === null ? null : mendsItself(why);
}

function mendsItself(why: string): Blocked {
  return { why, needsOperator: false };
}

async function lackingIn(desk: TimedDesk, symbol: string): Promise<Blocked | null> {
  const position = positionOf(desk, symbol);
  if (position === null || desk.venue.card.exits !== 'legs') return null;
  const lacking = await lackingOf(desk, position);
  if (lacking === null) return null;
  for (const leg of legsOf(desk, symbol)) await endOrAsk(desk, leg);
  return { why: mendOf(lacking, position), needsOperator: true };
}

/**
 * At a venue, what closes the position already is let, and a stop that may rest beside it as long as there is a position. On paper
 * an exit would wait for a bar, and leaves at the last close instead.
 */
function isLet(desk: TimedDesk, order: LedgerOrder): boolean {
  if (desk.venue.card.exits !== 'legs') return false;
  return closes(order) || staysBeside(desk, order);
}

function closes({ leg }: LedgerOrder): boolean {
  return leg === 'exit' || leg === 'flatten';
}

/** What rests is ended; what is not certain is asked to be cancelled, and settled in its time. */
async function endOrAsk(desk: TimedDesk, order: LedgerOrder): Promise<void> {
  if (order.status === 'planned' || order.status === 'open') await endOrder(desk, order);
  else await asked(desk, desk.venue.cancel(referenceOf(order)));
}

async function close(desk: TimedDesk, position: LedgerPosition): Promise<LedgerOrder | null> {
  const { ledger, lease, account, venue } = desk;
  const { symbol, timeframe, signalBarTime, quantity, entryPrice } = position;
  const market = await asked(desk, venue.market(symbol));
  // What has become too little to be sold is dust by the price of now, not by what it cost.
  const quote = await priceNow(desk, symbol);
  const order = await ledger.planExit(lease, {
    key: { account, symbol, timeframe, barTime: signalBarTime, leg: 'flatten' },
    terms: {
      side: amount(quantity).isNegative() ? 'buy' : 'sell',
      type: 'market',
      quantity: venueQuantity(amount(quantity).abs(), market),
      price: null,
      stopPrice: null,
      reduceOnly: market.kind === 'swap',
    },
    decisionPrice: quote?.last ?? entryPrice,
    now: desk.now(),
  });
  return order === null ? null : settledSoon(desk, await sendExit(desk, order));
}

/** The venue has none of our orders and, of a swap, no position: asked, not concluded. */
async function objection(desk: TimedDesk, symbol: string): Promise<string | null> {
  const { venue } = desk;
  const ours = await oursAmong(desk, await asked(desk, venue.openOrders(symbol)));
  for (const resting of ours) await cancelResting(desk, resting);
  if (ours.length > 0) {
    const names = ours.map(({ order: { leg, clientOrderId } }) => `${leg} ${clientOrderId.slice(0, 8)}`);
    return `of ours ${names.join(' and ')} rested at the venue still, and is being cancelled`;
  }
  if (venue.card.kind === 'spot') return null;
  const held = (await asked(desk, venue.positions())).find(position => position.symbol === symbol);
  return held === undefined || amount(held.quantity).isZero()
    ? null
    : `the venue holds a position of ${held.quantity}`;
}

function outcomeOf({ leg, status, reason }: LedgerOrder): string {
  // More than fits into one order goes in parts, a pass each.
  if (status === 'filled') return 'a part is sold, and the rest goes next';
  return `the ${leg} is ${status}${reason === null ? '' : ` (${ORDER_REASONS[reason]})`}`;
}

function openOf({ ledger, account }: TimedDesk, symbol: string): readonly LedgerOrder[] {
  return ledger.openOrders(account).filter(order => order.symbol === symbol);
}

function positionOf({ ledger, account }: TimedDesk, symbol: string): LedgerPosition | null {
  return ledger.positions(account).find(position => position.symbol === symbol) ?? null;
}
