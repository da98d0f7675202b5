import { isDeepStrictEqual } from 'node:util';
import { Decimal } from 'decimal.js';
import type { TimedDesk } from '../desk.ts';
import { asked } from '../in-time.ts';
import { type Amount, amount, digits } from '../ledger/amounts.ts';
import type { LedgerOrder, LedgerPosition } from '../ledger/records.ts';
import { oursAmong } from '../orders/ask-venue.ts';
import { staysBeside } from '../orders/exit.ts';
import { isSellable } from '../orders/order-sizes.ts';
import { type Keeping, keepingOf } from './keeping.ts';

/** What keeps a position from being sold until an operator has done something about it. */
export type Lacking = NonNullable<Keeping['lacking']>;

const DAY_MS = 86_400_000;

/**
 * Asks, where the last exit was refused, why there is nothing to be sold: what the venue lacks of the position, or what orders
 * of others hold of it. It is written to the position, for whoever looks at the account.
 * @param tell is told what was found anew before it is written: a crash in between tells it twice rather than never
 * @returns null: there is something to be sold, or it was not refused
 * @throws AlphaloomError VENUE_*, TRADING_LATE
 */
export async function lackingOf(
  desk: TimedDesk,
  position: LedgerPosition,
  tell: (lacking: Lacking) => Promise<void> = async () => {},
): Promise<Lacking | null> {
  const { symbol } = position;
  const isAsked = wasRefused(lastExit(desk, symbol)) && !mayBeOurs(desk, symbol);
  const lacking = isAsked ? await compared(desk, position) : null;
  if (lacking !== null && !isDeepStrictEqual(lacking, knownLacking(position))) await tell(lacking);
  await noteLacking(desk, position, lacking);
  return lacking;
}

/** @returns whether it is news */
export async function noteLacking(
  { ledger, lease, account, now }: TimedDesk,
  position: LedgerPosition,
  lacking: Lacking | null,
): Promise<boolean> {
  const { symbol, entryOrder } = position;
  const keeping = keepingOf(position);
  if (isDeepStrictEqual(keeping.lacking, lacking)) return false;
  const changed = { ...keeping, lacking };
  await ledger.setKeeping(lease, { account, symbol, entryOrder, keeping: changed, now: now() });
  return true;
}

/** What was found of a position as it is now; once more of it was sold or booked, it has to be found anew. */
export function knownLacking(position: LedgerPosition): Lacking | null {
  const { lacking } = keepingOf(position);
  return lacking?.of === position.quantity ? lacking : null;
}

/** @param size in base, without its sign */
export function goneOf({ quantity }: LedgerPosition, size: Amount): Lacking {
  return { kind: 'gone', quantity: digits(size), of: quantity };
}

/** What an operator is to do, in one line. */
export function mendOf(
  { kind, quantity }: Lacking,
  { account, symbol }: Pick<LedgerPosition, 'account' | 'symbol'>,
): string {
  return {
    gone: `${quantity} of the position are not at the venue. Once you know where they went: trade adjust ${symbol} --account ${account} --quantity ${quantity} --price EACH --evidence TEXT`,
    held: `${quantity} of the position are held by an order that is not ours. Cancel it on the venue’s own pages`,
  }[kind];
}

async function compared(desk: TimedDesk, position: LedgerPosition): Promise<Lacking | null> {
  const { venue } = desk;
  const { symbol, quantity, entryPrice } = position;
  const size = amount(quantity).abs();
  const market = await asked(desk, venue.market(symbol));
  if (venue.card.kind === 'swap') {
    const held = (await asked(desk, venue.positions())).find(other => other.symbol === symbol);
    const isThere = held !== undefined && new Decimal(held.quantity).times(quantity).gt(0);
    return isThere ? null : goneOf(position, size);
  }
  const balance = (await asked(desk, venue.balances())).find(({ currency }) => currency === market.base);
  const free = amount(balance?.free ?? '0');
  if (isSellable(free.lt(size) ? free : size, entryPrice, market)) return null;
  const left = size.minus(free);
  const gone = left.minus(balance?.locked ?? '0');
  if (gone.gt(0)) return goneOf(position, gone);
  // An order of ours that was taken for done holds them: it is ended like any other, before the next exit.
  const ours = await oursAmong(desk, await asked(desk, venue.openOrders(symbol)));
  if (ours.length > 0) return null;
  return { kind: 'held', quantity: digits(left), of: quantity };
}

/** An older one is not looked for: then the sale is tried again. */
function lastExit({ ledger, account, now }: TimedDesk, symbol: string): LedgerOrder | undefined {
  return ledger
    .orders(account, { fromTime: now() - DAY_MS, toTime: now() + DAY_MS })
    .findLast(order => order.symbol === symbol && (order.leg === 'exit' || order.leg === 'flatten'));
}

/** While an order of ours is not certain, it may be what holds the coins, or has sold them. */
function mayBeOurs(desk: TimedDesk, symbol: string): boolean {
  const open = desk.ledger.openOrders(desk.account).filter(order => order.symbol === symbol);
  return open.some(order => !staysBeside(desk, order));
}

function wasRefused(order: LedgerOrder | undefined): boolean {
  return order?.status === 'rejected' || (order?.status === 'withdrawn' && order.reason === 'no-balance');
}
