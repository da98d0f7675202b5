import { TIMEFRAME_MS } from '../../contracts/series.ts';
import {
  ORDER_REASONS,
  type OrderLeg,
  type OrderReason,
  type OrderSide,
  type OrderStatus,
  type TradedSymbol,
} from '../../contracts/trading.ts';
import { blockedEvent } from '../../trading/flattening/flatten-notes.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';

/** Something that was written down; epoch ms. */
export interface Noted {
  readonly time: number;
  readonly text: string;
}

/** An order that came to nothing. */
export interface FailedOrder {
  readonly clientOrderId: string;
  readonly leg: OrderLeg;
  readonly side: OrderSide;
  readonly quantity: string;
  readonly status: OrderStatus;
  readonly time: number;
  /** In words; null where none was given. */
  readonly because: string | null;
  readonly venueCode: string | null;
}

type EventReader = Pick<Ledger, 'lastEvent'>;

/** What keeps an account's or a symbol's flattening from being done, as it was last found; null: nothing does. */
export function blockedFlatten(ledger: EventReader, record: AccountRecord): Noted | null {
  const event = blockedEvent(ledger, record);
  return event && { time: event.at, text: (event.detail as { blocked: string }).blocked };
}

/** Why a symbol was paused last. */
export function pauseReason(ledger: EventReader, account: string, symbol: string): string {
  return ledger.lastEvent(account, 'symbol-paused', symbol)?.reason ?? '';
}

/** Orders of so many of their bars are looked at. */
const RECENT_BARS = 10;
/** What was not wanted any more has not failed. */
const UNWANTED: ReadonlySet<OrderReason> = new Set<OrderReason>(['superseded', 'operator']);
const FAILED: ReadonlySet<OrderStatus> = new Set<OrderStatus>(['withdrawn', 'rejected', 'lapsed']);

/** The symbol's newest order, where it came to nothing; null: it did not, or there is none of the last bars. */
export function failedOrder(
  ledger: Pick<Ledger, 'orders'>,
  { account, lastCloseTime, stateTime }: AccountRecord,
  { symbol, timeframe }: TradedSymbol,
): FailedOrder | null {
  const fromTime = (lastCloseTime ?? stateTime) - RECENT_BARS * TIMEFRAME_MS[timeframe];
  const order = ledger
    .orders(account, { fromTime, toTime: Number.MAX_SAFE_INTEGER })
    .findLast(each => each.symbol === symbol);
  if (order === undefined || !FAILED.has(order.status)) return null;
  const { clientOrderId, leg, side, quantity, status, updatedTime, reason, venueCode } = order;
  if (reason !== null && UNWANTED.has(reason)) return null;
  const because = reason && ORDER_REASONS[reason];
  return { clientOrderId, leg, side, quantity, status, time: updatedTime, because, venueCode };
}
