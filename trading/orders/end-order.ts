import { FINAL_STATUSES } from '../../contracts/trading.ts';
import type { TimedDesk } from '../desk.ts';
import { asked, pause } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import { referenceOf } from './look-up.ts';
import { settleOrder } from './settle-order.ts';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

export function isUncertain({ status }: LedgerOrder): boolean {
  return status === 'sending' || status === 'unknown';
}

/**
 * Ends an order as far as that can be known now: one that may still be on its way is asked to be cancelled and looked at once,
 * and is not waited for.
 * @throws AlphaloomError VENUE_*, ORDER_MISMATCH, TRADING_LATE
 */
export async function endIfCertain(desk: TimedDesk, order: LedgerOrder): Promise<void> {
  let now = order;
  if (isUncertain(order)) {
    await asked(desk, desk.venue.cancel(referenceOf(order)));
    now = await settleOrder(desk, order);
  }
  if (!isUncertain(now)) await endOrder(desk, now);
}

/**
 * Cancels an order and waits for its end: its fills until then count, and only after it the coins that it held are free.
 * What was never sent is withdrawn. A cancel whose answer was lost is asked again.
 * @returns the order, final
 * @throws AlphaloomError VENUE_*, TRADING_LATE when its end is not known in time
 */
export async function endOrder(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  const { ledger, lease, venue } = desk;
  let now = ledger.order(order.clientOrderId)!;
  if (now.status === 'planned') return ledger.withdraw(lease, now.clientOrderId, 'superseded', desk.now());
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    if (FINAL_STATUSES.has(now.status)) return now;
    await asked(desk, venue.cancel(referenceOf(now)));
    now = await settleOrder(desk, now);
    if (!FINAL_STATUSES.has(now.status)) await pause(desk, waitMs);
  }
}
