import { Decimal } from 'decimal.js';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { OrderLeg } from '../../contracts/trading.ts';
import { sooner, type TimedDesk } from '../desk.ts';
import { asked, hasTime, inTime } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import { endOrder } from './end-order.ts';
import { NOTHING_ASKED, sendOrder } from './send.ts';

/** Legs that rest or watch beside a position; they end before it is closed. */
const KEPT_LEGS: ReadonlySet<OrderLeg> = new Set<OrderLeg>(['stop', 'target1', 'target2', 'target3']);
const UNKNOWN_PATIENCE_MS = 2_000;
/** Coins that a cancelled order held are free a moment later. */
const RELEASE_PATIENCE_MS = 2_000;
const RELEASE_WAIT_MS = 100;

/**
 * Sends a planned exit: at a venue whose exits are orders of their own, ends the rest of its entry, its stop and its targets first, so
 * that what they sold is not sold again and what they held is free. A stop that may stay ends once the position is gone.
 * @throws AlphaloomError VENUE_*, TRADING_LATE
 */
export async function sendExit(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  if (desk.venue.card.exits === 'attached') return sendOrder(desk, order, NOTHING_ASKED);
  for (const leg of [...sentEntries(desk, order.symbol), ...legsOf(desk, order.symbol)])
    if (!order.reduceOnly || !staysBeside(desk, leg)) await endOrPass(desk, leg);
  return sendOrder(desk, order, { ...NOTHING_ASKED, freeBalance: await freeToSell(desk, order) });
}

/**
 * Ends a leg; one of unknown outcome is not waited for long: where it stands, it holds coins or may only reduce, so what
 * is free or reduces can go beside it.
 */
export async function endOrPass(desk: TimedDesk, leg: LedgerOrder): Promise<void> {
  const patient = sooner(desk, desk.now() + UNKNOWN_PATIENCE_MS);
  try {
    await endOrder(leg.status === 'open' ? desk : patient, leg);
  } catch (error) {
    const isLate = error instanceof AlphaloomError && error.code === 'TRADING_LATE';
    const status = desk.ledger.order(leg.clientOrderId)?.status;
    if (!isLate || !hasTime(desk) || (status !== 'unknown' && status !== 'sending')) throw error;
  }
}

/** Whether a stop may rest beside what closes its position: where both only reduce, nothing is sold twice, and none holds coins. */
export function staysBeside({ venue }: TimedDesk, { leg, reduceOnly }: LedgerOrder): boolean {
  return leg === 'stop' && reduceOnly && !venue.card.stopLocksBalance;
}

/** The symbol’s stop and targets that are not final. */
export function legsOf({ ledger, account }: TimedDesk, symbol: string): readonly LedgerOrder[] {
  return ledger.openOrders(account).filter(order => order.symbol === symbol && KEPT_LEGS.has(order.leg));
}

/** Entries of the symbol that were sent: what rests of them would open the position again. */
function sentEntries({ ledger, account }: TimedDesk, symbol: string): readonly LedgerOrder[] {
  return ledger
    .openOrders(account)
    .filter(
      ({ leg, status, ...order }) => order.symbol === symbol && leg === 'entry' && status !== 'planned',
    );
}

/** Free coins of the symbol’s base; null where they are none of the matter (swaps; what buys). */
export async function freeToSell(desk: TimedDesk, { symbol, side }: LedgerOrder): Promise<string | null> {
  const { ledger, account, venue } = desk;
  if (venue.card.kind !== 'spot' || side !== 'sell') return null;
  const { base } = await asked(desk, venue.market(symbol));
  const held = ledger.positions(account).find(position => position.symbol === symbol)?.quantity ?? '0';
  const patient = sooner(desk, desk.now() + RELEASE_PATIENCE_MS);
  for (;;) {
    const balances = await asked(desk, venue.balances());
    const free = balances.find(({ currency }) => currency === base)?.free ?? '0';
    if (new Decimal(free).gte(held) || !hasTime(patient)) return free;
    await inTime(patient, desk.sleep(RELEASE_WAIT_MS, desk.signal));
  }
}
