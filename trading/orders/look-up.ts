import { Decimal } from 'decimal.js';
import { sooner, type TimedDesk } from '../desk.ts';
import { asked, hasTime, inTime } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import type { OrderReference, VenueFill, VenueOrder } from '../venue.ts';
import { venueOutcome } from './outcomes.ts';
import { symbolFills } from './symbol-fills.ts';

/** Clocks of a venue’s lists may be this far from that of its requests. */
const LIST_SLACK_MS = 60_000;
/** Fills that the venue told of are asked for again, so often and so long; later they are settled. */
const FILLS_WAIT_MS = 200;
const FILLS_PATIENCE_MS = 2_000;

export function referenceOf({
  symbol,
  clientOrderId,
  venueOrderId,
  type,
  ...order
}: LedgerOrder): OrderReference {
  return { symbol, clientOrderId, venueOrderId, type, sentAt: order.sentAt ?? order.plannedTime };
}

/**
 * What the venue knows of an order; null: it says that it knows none. Where it finds no order by our id, its lists are read:
 * posting again would find it too, and would make the order where the first request was lost.
 * @throws AlphaloomError VENUE_*, ORDER_MISMATCH, TRADING_LATE
 */
export async function lookUp(desk: TimedDesk, order: LedgerOrder): Promise<VenueOrder | null> {
  const { venue } = desk;
  const reference = referenceOf(order);
  if (venue.card.findsByClientId || order.venueOrderId !== null) {
    return asked(desk, venue.lookUp(reference));
  }
  return listed(desk, order);
}

/** The order in the venue’s lists of open and recent orders; null where both lack it. */
export async function listed(desk: TimedDesk, order: LedgerOrder): Promise<VenueOrder | null> {
  const { venue } = desk;
  const { symbol, sentAt } = referenceOf(order);
  const isOurs = ({ clientOrderId }: VenueOrder) => clientOrderId === order.clientOrderId;
  const recent = await asked(desk, venue.recentOrders(symbol, sentAt - LIST_SLACK_MS));
  return recent.find(isOurs) ?? (await asked(desk, venue.openOrders(symbol))).find(isOurs) ?? null;
}

/** Writes what the venue says of an order, with the fills that the ledger lacks of it. */
export async function recordFound(
  desk: TimedDesk,
  order: LedgerOrder,
  found: VenueOrder,
): Promise<LedgerOrder> {
  const { ledger, lease } = desk;
  const known = await ledger.recordOutcome(lease, venueOutcome(order, found, [], desk.now()));
  if (!lacksFills(known, found)) return known;
  const fills = await symbolFills(desk, order.symbol, referenceOf(order).sentAt);
  const owned = fills.map(fill => ownedBy(order, found, fill));
  await ledger.recordFills(lease, desk.account, owned, desk.now());
  return ledger.order(order.clientOrderId)!;
}

/** A stop may have another number at the venue once it is triggered: its fills are known by the newest. */
function ownedBy({ clientOrderId }: LedgerOrder, { venueOrderId }: VenueOrder, fill: VenueFill): VenueFill {
  return fill.clientOrderId === null && fill.venueOrderId === venueOrderId
    ? { ...fill, clientOrderId }
    : fill;
}

/** The same; asks again for a while, where the venue lists fills later than it tells of them. */
export async function awaitFills(
  desk: TimedDesk,
  order: LedgerOrder,
  found: VenueOrder,
): Promise<LedgerOrder> {
  const patient = sooner(desk, desk.now() + FILLS_PATIENCE_MS);
  let known = await recordFound(desk, order, found);
  while (lacksFills(known, found) && hasTime(patient)) {
    await inTime(patient, desk.sleep(FILLS_WAIT_MS, desk.signal));
    known = await recordFound(desk, order, found);
  }
  return known;
}

function lacksFills({ filled }: LedgerOrder, found: VenueOrder): boolean {
  return new Decimal(found.filled).gt(filled);
}
