import type { TimedDesk } from './desk.ts';
import { recordMissing } from './lapse.ts';
import type { LedgerOrder } from './ledger/records.ts';
import { lookUp, recordFound } from './look-up.ts';
import { unknownOutcome } from './outcomes.ts';

/** No request lives longer: an order that was being sent before that is in nobody’s hands any more. */
const REQUEST_LIFE_MS = 10_000;

/**
 * One look at an order that was sent and is not final.
 * @returns the order as the ledger has it then
 * @throws AlphaloomError VENUE_*, ORDER_MISMATCH, TRADING_LATE
 */
export async function settleOrder(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  const orphaned = await orphanedAsUnknown(desk, order);
  const found = await lookUp(desk, orphaned);
  return found === null ? recordMissing(desk, orphaned) : recordFound(desk, orphaned, found);
}

/** Who sent it has died between B and C, or hangs. */
async function orphanedAsUnknown(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  if (order.status !== 'sending' || desk.now() <= order.sentAt! + REQUEST_LIFE_MS) return order;
  return desk.ledger.recordOutcome(desk.lease, unknownOutcome(order, 'orphaned', desk.now()));
}
