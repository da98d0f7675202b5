import type { DatabaseSync } from 'node:sqlite';
import type { Market } from '../../contracts/market.ts';
import type { OrderLeg, OrderSide } from '../../contracts/trading.ts';
import type { VenueFill } from '../venue.ts';
import { type Amount, amount, checkAmount, digits, smaller, ZERO } from './amounts.ts';
import { movePosition } from './booking.ts';
import { addCash } from './cash.ts';
import { type OrderRow, recordOrderEvent, requireOrder, updateOrder } from './orders.ts';
import type { AccountSettings, LedgerFill } from './records.ts';
import { all, insert, one } from './statements.ts';

export interface FillRow {
  readonly id: number;
  readonly venue: string;
  readonly account: string;
  readonly symbol: string;
  readonly trade_id: string;
  readonly client_order_id: string | null;
  readonly venue_order_id: string;
  readonly leg: OrderLeg | null;
  readonly side: OrderSide;
  readonly price: string;
  readonly quantity: string;
  readonly contract_size: string;
  readonly fees: string;
  readonly fee_base: string;
  readonly fee_quote: string;
  readonly fee_other: string;
  readonly is_maker: number;
  readonly time: number;
  readonly reason: VenueFill['reason'];
  readonly is_assumed: number;
  readonly booked_at: number;
}

/** Where a fill belongs. */
export interface FillPlace {
  readonly account: AccountSettings;
  readonly market: Market;
  /** null: the venue's own doing. */
  readonly order: OrderRow | null;
  readonly at: number;
  readonly isAssumed: boolean;
}

export function isKnownFill(
  sql: DatabaseSync,
  { venue, account }: AccountSettings,
  fill: VenueFill,
): boolean {
  const text = 'SELECT 1 FROM fills WHERE venue = ? AND account = ? AND symbol = ? AND trade_id = ?';
  return one(sql, text, venue, account, fill.symbol, fill.tradeId) !== undefined;
}

/** Books a fill that is not known yet: its row, its order's sum, cash and position. */
export function bookFill(sql: DatabaseSync, fill: VenueFill, place: FillPlace): LedgerFill {
  const { account, market, order, at, isAssumed } = place;
  const quantity = checkAmount(fill.quantity, 'A fill’s quantity');
  const inBase = quantity.times(market.contractSize ?? 1);
  const quote = inBase.times(checkAmount(fill.price, 'A fill’s price'));
  const fees = sortFees(fill, market);
  const isBuy = fill.side === 'buy';
  const replaces = order !== null && !isAssumed;
  // Of what closes a position, the other way round the same coins would be sold twice.
  if (replaces && order.leg !== 'entry') replaceAssumed(sql, fill, { ...place, order });
  insert(sql, 'fills', {
    venue: account.venue,
    account: account.account,
    symbol: fill.symbol,
    trade_id: fill.tradeId,
    client_order_id: order?.client_order_id ?? null,
    venue_order_id: fill.venueOrderId,
    leg: order?.leg ?? null,
    side: fill.side,
    price: fill.price,
    quantity: fill.quantity,
    contract_size: market.contractSize ?? '1',
    fees: JSON.stringify(fill.fees),
    fee_base: digits(fees.base),
    fee_quote: digits(fees.quote),
    fee_other: JSON.stringify(inDigits(fees.other)),
    is_maker: Number(fill.isMaker),
    time: fill.time,
    reason: fill.reason,
    is_assumed: Number(isAssumed),
    booked_at: at,
  });
  addCash(sql, account.account, (isBuy ? quote.negated() : quote).minus(fees.quote));
  if (order) addToOrder(sql, order, fill, { isAssumed, at });
  movePosition(sql, {
    account,
    market,
    symbol: fill.symbol,
    change: isBuy ? inBase : inBase.negated(),
    price: fill.price,
    feeBase: fees.base,
    feeQuote: fees.quote,
    feeOther: fees.other,
    order,
    reason: fill.reason,
    time: fill.time,
    at,
  });
  if (replaces && order.leg === 'entry') replaceAssumed(sql, fill, { ...place, order });
  const origin = order ? 'own' : 'venue';
  return { ...fill, account: account.account, origin, leg: order?.leg ?? null };
}

/** Fees of a fill by what they do: those in base make a spot position smaller, those in quote the cash. */
function sortFees(fill: VenueFill, market: Market) {
  let base: Amount = ZERO;
  let quote: Amount = ZERO;
  const other: Record<string, Amount> = {};
  for (const { amount: text, currency } of fill.fees) {
    const fee = checkAmount(text, 'A fee');
    if (currency === market.quote || currency === market.settle) quote = quote.plus(fee);
    else if (currency === market.base && market.kind === 'spot') base = base.plus(fee);
    else other[currency] = fee.plus(other[currency] ?? 0);
  }
  return { base, quote, other };
}

function inDigits(fees: Readonly<Record<string, Amount>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fees).map(([currency, fee]) => [currency, digits(fee)]));
}

/** Adds a fill to what its order has got; a fill of the other side takes away. */
function addToOrder(
  sql: DatabaseSync,
  order: OrderRow,
  fill: VenueFill,
  { isAssumed, at }: { readonly isAssumed: boolean; readonly at: number },
): void {
  const sign = fill.side === order.side ? 1 : -1;
  const quantity = amount(fill.quantity).times(sign);
  const now = requireOrder(sql, order.client_order_id);
  updateOrder(
    sql,
    now,
    {
      filled: digits(amount(now.filled).plus(quantity)),
      filled_quote: digits(amount(now.filled_quote).plus(quantity.times(fill.price))),
      ...(isAssumed && { assumed: digits(amount(now.assumed).plus(quantity)) }),
    },
    at,
  );
}

type OwnPlace = FillPlace & { readonly order: OrderRow };

/**
 * An operator vouched for fills that the venue tells of now: what was assumed is taken back at its own price, as far as
 * the venue's fills replace it.
 */
function replaceAssumed(sql: DatabaseSync, fill: VenueFill, place: OwnPlace): void {
  const order = requireOrder(sql, place.order.client_order_id);
  const size = smaller(amount(order.assumed), amount(fill.quantity));
  if (!size.gt(0)) return;
  const replaced = { size, suffix: `replaced by ${fill.tradeId}`, time: fill.time };
  takeBack(sql, replaced, { ...place, order });
  recordOrderEvent(sql, order, 'assumption-replaced', place.at, { detail: { quantity: digits(size) } });
}

/** The venue says how much of an order was filled: what was assumed beyond that was not. */
export function correctAssumed(sql: DatabaseSync, filled: string, place: OwnPlace): void {
  const order = requireOrder(sql, place.order.client_order_id);
  const booked = amount(order.filled).minus(order.assumed);
  const due = amount(filled).minus(booked);
  const size = amount(order.assumed).minus(due.gt(0) ? due : ZERO);
  if (!size.gt(0)) return;
  takeBack(sql, { size, suffix: `not filled, from ${order.filled}`, time: place.at }, { ...place, order });
  recordOrderEvent(sql, order, 'assumption-corrected', place.at, { detail: { quantity: digits(size) } });
}

function takeBack(
  sql: DatabaseSync,
  { size, suffix, time }: { readonly size: Amount; readonly suffix: string; readonly time: number },
  place: OwnPlace,
): void {
  const { client_order_id: clientOrderId, side, symbol, venue_order_id } = place.order;
  const assumed = one<FillRow>(
    sql,
    'SELECT * FROM fills WHERE client_order_id = ? AND is_assumed = 1 AND side = ? ORDER BY id DESC LIMIT 1',
    clientOrderId,
    side,
  )!;
  const taken: VenueFill = {
    tradeId: `${assumed.trade_id}/${suffix}`,
    venueOrderId: venue_order_id ?? '',
    clientOrderId,
    symbol,
    side: side === 'buy' ? 'sell' : 'buy',
    price: assumed.price,
    quantity: digits(size),
    fees: [],
    isMaker: false,
    time,
    reason: null,
  };
  bookFill(sql, taken, { ...place, isAssumed: true });
}

export function selectFills(
  sql: DatabaseSync,
  account: string,
  { fromTime, toTime }: { readonly fromTime: number; readonly toTime: number },
): LedgerFill[] {
  return all<FillRow>(
    sql,
    'SELECT * FROM fills WHERE account = ? AND time >= ? AND time < ? ORDER BY time, id',
    account,
    fromTime,
    toTime,
  ).map(fillOf);
}

export function fillOf(row: FillRow): LedgerFill {
  return {
    tradeId: row.trade_id,
    venueOrderId: row.venue_order_id,
    clientOrderId: row.client_order_id,
    symbol: row.symbol,
    side: row.side,
    price: row.price,
    quantity: row.quantity,
    fees: JSON.parse(row.fees),
    isMaker: row.is_maker === 1,
    time: row.time,
    reason: row.reason,
    account: row.account,
    origin: row.client_order_id === null ? 'venue' : 'own',
    leg: row.leg,
  };
}
