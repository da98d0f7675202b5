import { Decimal } from 'decimal.js';
import { FINAL_STATUSES, type OrderLeg } from '../contracts/trading.ts';
import { sooner, type TimedDesk } from './desk.ts';
import { endOrder } from './end-order.ts';
import { asked, hasTime, inTime } from './in-time.ts';
import type { LedgerOrder } from './ledger/records.ts';
import { sendOrder } from './send.ts';

/** Legs that rest or watch beside a position; they end before it is closed. */
const KEPT_LEGS: ReadonlySet<OrderLeg> = new Set<OrderLeg>(['stop', 'target1', 'target2', 'target3']);
/** Coins that a cancelled order held are free a moment later. */
const RELEASE_PATIENCE_MS = 2_000;
const RELEASE_WAIT_MS = 100;

/**
 * Sends a planned exit: at a venue whose exits are orders of their own, ends the position’s stop and targets first, so
 * that what they sold is not sold again and what they held is free.
 * @throws AlphaloomError VENUE_*, TRADING_LATE
 */
export async function sendExit(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  if (desk.venue.card.exits === 'attached') return sendOrder(desk, order, null);
  for (const leg of legsOf(desk, order.symbol)) await endOrder(desk, leg);
  return sendOrder(desk, order, await freeToSell(desk, order));
}

/** The symbol’s stop and targets that are not final. */
export function legsOf({ ledger, account }: TimedDesk, symbol: string): readonly LedgerOrder[] {
  return ledger
    .openOrders(account)
    .filter(order => order.symbol === symbol && KEPT_LEGS.has(order.leg) && !FINAL_STATUSES.has(order.status));
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
