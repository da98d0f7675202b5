import type { TimedDesk } from '../desk.ts';
import { asked } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import type { VenueFill } from '../venue.ts';

/** Fills are asked for from so long before the time that is needed: venues list them late, and by clocks of their own. */
const OVERLAP_MS = 60_000;

/**
 * The venue’s fills of a symbol that can be booked. While an order of ours may stand at the venue under a number that the
 * ledger doesn’t know yet, a fill of an unknown number may be its: whose it is then is looked up, and as long as the
 * venue doesn’t say it, the fill waits for the next time.
 * @throws AlphaloomError VENUE_*, TRADING_LATE
 */
export async function symbolFills(
  desk: TimedDesk,
  symbol: string,
  since: number,
): Promise<readonly VenueFill[]> {
  const { ledger, account, venue } = desk;
  const fills = await asked(desk, venue.fills(symbol, since - OVERLAP_MS));
  const unnumbered = ledger
    .openOrders(account)
    .filter(order => order.symbol === symbol && isUnnumbered(order));
  if (unnumbered.length === 0 || fills.every(fill => fill.clientOrderId !== null)) return fills;
  const earliest = Math.min(since, ...unnumbered.map(({ sentAt }) => sentAt!)) - OVERLAP_MS;
  const orders = await asked(desk, venue.recentOrders(symbol, earliest));
  const numbered = numbersOf(desk, earliest);
  const owners = new Map(orders.map(({ venueOrderId, clientOrderId }) => [venueOrderId, clientOrderId]));
  return fills.flatMap(fill => {
    if (fill.clientOrderId !== null || numbered.has(fill.venueOrderId)) return [fill];
    const owner = owners.get(fill.venueOrderId);
    return owner === undefined ? [] : [{ ...fill, clientOrderId: owner }];
  });
}

function isUnnumbered({ status, venueOrderId, sentAt }: LedgerOrder): boolean {
  return status !== 'planned' && sentAt !== null && venueOrderId === null;
}

/** Numbers that the venue gave to orders of ours, made since or not final. */
function numbersOf({ ledger, account, now }: TimedDesk, since: number): ReadonlySet<string | null> {
  const made = ledger.orders(account, { fromTime: since - OVERLAP_MS, toTime: now() + OVERLAP_MS });
  return new Set([...made, ...ledger.openOrders(account)].map(({ venueOrderId }) => venueOrderId));
}
