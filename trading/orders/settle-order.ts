import { FINAL_STATUSES } from '../../contracts/trading.ts';
import { sooner, type TimedDesk } from '../desk.ts';
import { hasTime, inTime } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import { recordMissing } from './lapse.ts';
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

/** What is sent at market is certain in a moment; longer it is not waited for here. */
const CERTAINTY_PATIENCE_MS = 2_000;
const CERTAINTY_WAIT_MS = 100;

/**
 * Looks an order up until it is certain: final, or resting where it is of a kind that rests. One that is not in a moment
 * is returned as it is, to be settled later.
 * @throws AlphaloomError VENUE_*, ORDER_MISMATCH
 */
export async function settledSoon(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  const patient = sooner(desk, desk.now() + CERTAINTY_PATIENCE_MS);
  let now = order;
  while (!isCertain(now, desk) && hasTime(patient)) {
    now = await settleOrder(desk, now);
    if (!isCertain(now, desk)) await inTime(patient, desk.sleep(CERTAINTY_WAIT_MS, desk.signal));
  }
  return now;
}

/** Where exits are attached, an order rests until the next bar whatever it is. */
function isCertain({ status, type }: LedgerOrder, { venue }: TimedDesk): boolean {
  const rests = type !== 'market' || venue.card.exits === 'attached';
  return FINAL_STATUSES.has(status) || (status === 'open' && rests);
}

/** Who sent it has died between B and C, or hangs. */
async function orphanedAsUnknown(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  if (order.status !== 'sending' || desk.now() <= order.sentAt! + REQUEST_LIFE_MS) return order;
  return desk.ledger.recordOutcome(desk.lease, unknownOutcome(order, 'orphaned', desk.now()));
}
