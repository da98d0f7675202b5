import type { TimedDesk } from '../desk.ts';
import { asked } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import type { VenueCard } from '../venue.ts';
import { listed, referenceOf } from './look-up.ts';
import { lapsedOutcome } from './outcomes.ts';
import { symbolFills } from './symbol-fills.ts';

/** An order that did reach the venue is to be found there by then, however late it was listed. */
export const LAPSE_AGE_MS = 20_000;
/** And by so long after its request was void. */
const EXPIRY_SLACK_MS = 5_000;
/** Look-ups nearer to each other than this count as one. */
export const MISS_GAP_MS = 2_000;
export const MISSES = 3;

/**
 * Writes that a look-up found nothing, and settles the order as `lapsed` once that is proven (docs/trading.md, Orders). On
 * venues that never refuse a late request nothing proves it: an operator says what became of the order.
 */
export async function recordMissing(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  const { ledger, lease, venue } = desk;
  const time = await asked(desk, venue.now());
  if (!countsAsMiss(order, time, venue.card)) return order;
  const missed = await ledger.recordMiss(lease, { clientOrderId: order.clientOrderId, time });
  if (!mayHaveLapsed(missed, time, venue.card) || (await isListed(desk, missed))) return missed;
  return ledger.recordOutcome(lease, lapsedOutcome(missed, desk.now()));
}

/** A request that is still valid may be on its way: only a look-up after that says anything. */
export function countsAsMiss(
  { sentAt, venueOrderId, missTimes }: Pick<LedgerOrder, 'sentAt' | 'venueOrderId' | 'missTimes'>,
  time: number,
  { requestExpiryMs }: Pick<VenueCard, 'requestExpiryMs'>,
): boolean {
  if (requestExpiryMs === null || sentAt === null || venueOrderId !== null) return false;
  const last = missTimes.at(-1) ?? Number.NEGATIVE_INFINITY;
  return time > sentAt + requestExpiryMs && time - last >= MISS_GAP_MS;
}

/** Whether look-ups are enough; the venue’s lists are to say the same. @param time of the last one */
export function mayHaveLapsed(
  { sentAt, missTimes }: Pick<LedgerOrder, 'sentAt' | 'missTimes'>,
  time: number,
  { requestExpiryMs }: Pick<VenueCard, 'requestExpiryMs'>,
): boolean {
  if (sentAt === null || requestExpiryMs === null || missTimes.length < MISSES) return false;
  return time > sentAt + Math.max(LAPSE_AGE_MS, requestExpiryMs + EXPIRY_SLACK_MS);
}

/** Whether open orders, recent orders or trades hold it, or a trade whose owner the venue does not tell. */
async function isListed(desk: TimedDesk, order: LedgerOrder): Promise<boolean> {
  if ((await listed(desk, order)) !== null) return true;
  const { sentAt, symbol } = referenceOf(order);
  const fills = await asked(desk, desk.venue.fills(symbol, sentAt));
  const bookable = await symbolFills(desk, symbol, sentAt);
  const owned = new Set(bookable.map(({ tradeId }) => tradeId));
  return (
    bookable.some(fill => fill.clientOrderId === order.clientOrderId) ||
    fills.some(({ tradeId }) => !owned.has(tradeId))
  );
}
