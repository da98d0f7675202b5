import type { DatabaseSync } from 'node:sqlite';
import type { Market } from '../../contracts/market.ts';
import type { Timeframe } from '../../contracts/series.ts';
import { type Amount, amount, digits, ZERO } from './amounts.ts';
import { closable, isSettled, moveDust, overdrawDust, takeFromDust } from './dust.ts';
import { recordEvent } from './events.ts';
import type { OrderRow } from './orders.ts';
import {
  type PositionRow,
  quantityOf,
  selectLastPosition,
  selectPosition,
  updatePosition,
} from './positions.ts';
import type { AccountSettings } from './records.ts';
import { insert, one } from './statements.ts';

/** A paper position is a sum of what doubles were; so little of what came in is nothing. */
const PAPER_TOLERANCE = amount('0.000000001');

/** So little of a size is nothing: on paper what doubles lose, else nothing is. */
export function toleranceOf({ mode }: AccountSettings, size: Amount): Amount {
  return mode === 'paper' ? PAPER_TOLERANCE.times(size) : ZERO;
}

/** A fill as it moves a position: in base and quote. */
export interface Movement {
  readonly account: AccountSettings;
  readonly market: Market;
  readonly symbol: string;
  /** Signed, in base, before fees. */
  readonly change: Amount;
  readonly price: string;
  readonly feeBase: Amount;
  readonly feeQuote: Amount;
  readonly feeOther: Readonly<Record<string, Amount>>;
  /** null: the venue's own doing. */
  readonly order: OrderRow | null;
  readonly reason: string | null;
  readonly time: number;
  readonly at: number;
}

/**
 * Moves the symbol's position by a fill; one that goes beyond it closes it and opens the opposite one. At a spot venue nobody is
 * short: what was sold beyond the position were other coins of the account, and is owed to them as dust.
 */
export function movePosition(sql: DatabaseSync, movement: Movement): void {
  const { account, symbol } = movement;
  const first = selectPosition(sql, account.account, symbol);
  let rest = movement.change;
  if (!first && movement.order?.leg !== 'entry')
    rest = takeFromDust(sql, { account: account.account, symbol, at: movement.at }, rest);

  let position = first;
  while (!rest.isZero()) {
    if (position?.closed_at !== null && rest.isNegative() && isRealSpot(account)) {
      oversell(sql, movement, rest);
      break;
    }
    position = position?.closed_at === null ? position : open(sql, movement, rest);
    const held = quantityOf(position);
    const isAgainst = !held.isZero() && held.isNegative() !== rest.isNegative();
    const beyond = isAgainst ? rest.abs().minus(held.abs()) : ZERO;
    const part = beyond.gt(toleranceOf(account, amount(position.in_quantity))) ? held.negated() : rest;
    position = closeIfFlat(sql, movement, add(sql, position, part, movement.price));
    rest = rest.minus(part);
  }
  chargeFees(sql, movement, first ?? position, position);
}

/** Books what is left of a position as dust where it is under the venue's minimum and nothing is under way. */
export function settleDust(
  sql: DatabaseSync,
  account: AccountSettings,
  market: Market,
  { symbol, price, at }: { readonly symbol: string; readonly price: string; readonly at: number },
): boolean {
  if (account.mode === 'paper') return false;
  const position = selectPosition(sql, account.account, symbol);
  if (!position || !isSettled(sql, account.account, symbol)) return false;
  const reduceOnly = market.kind === 'swap';
  if (closable(quantityOf(position).abs(), market, { price, reduceOnly }) !== null) return false;
  const last = one<{ time: number; leg: string | null; reason: string | null }>(
    sql,
    'SELECT time, leg, reason FROM fills WHERE account = ? AND symbol = ? ORDER BY time DESC, id DESC LIMIT 1',
    account.account,
    symbol,
  );
  close(sql, position, { reason: last?.leg ?? last?.reason ?? 'venue', time: last?.time ?? at, at });
  return true;
}

function isRealSpot({ mode, kind }: AccountSettings): boolean {
  return mode === 'live' && kind === 'spot';
}

function oversell(
  sql: DatabaseSync,
  { account: { account }, symbol, order, at }: Movement,
  beyond: Amount,
): void {
  overdrawDust(sql, { account, symbol, at }, beyond);
  const quantity = digits(beyond.abs());
  recordEvent(sql, {
    account,
    symbol,
    at,
    kind: 'over-sold',
    ...(order && { clientOrderId: order.client_order_id }),
    detail: { quantity },
    tell: { event: 'ledger-mismatch', facts: { order: order?.client_order_id ?? null, oversold: quantity } },
  });
}

function open(sql: DatabaseSync, movement: Movement, change: Amount): PositionRow {
  const { account, symbol, order, time, at } = movement;
  const side = change.isNegative() ? 'SHORT' : 'LONG';
  const left =
    order === null || order.leg === 'entry' ? null : selectLastPosition(sql, account.account, symbol);
  // What comes back because it was never sold is looked after as it was before.
  const before = left?.side === side ? left : null;
  const id = insert(sql, 'positions', {
    account: account.account,
    symbol,
    timeframe: order?.timeframe ?? timeframeOf(account, symbol),
    side,
    entry_order: before?.entry_order ?? order?.client_order_id ?? '',
    signal_bar_time: before?.signal_bar_time ?? order?.bar_time ?? time,
    opened_at: time,
    opened_event: recordEvent(sql, {
      account: account.account,
      symbol,
      at,
      kind: 'position-opened',
      ...(order && { clientOrderId: order.client_order_id }),
      detail: { side },
    }),
    plan:
      order?.leg === 'entry' && order.plan
        ? JSON.stringify(JSON.parse(order.plan).exits)
        : (before?.plan ?? null),
  });
  return one<PositionRow>(sql, 'SELECT * FROM positions WHERE id = ?', id)!;
}

/** Adds to what came in or to what went out, at a price. */
function add(sql: DatabaseSync, position: PositionRow, change: Amount, price: string): PositionRow {
  const isIn = (position.side === 'LONG') === !change.isNegative();
  const size = change.abs();
  const [quantity, quote] = isIn
    ? (['in_quantity', 'in_quote'] as const)
    : (['out_quantity', 'out_quote'] as const);
  return updatePosition(sql, position, {
    [quantity]: digits(amount(position[quantity]).plus(size)),
    [quote]: digits(amount(position[quote]).plus(size.times(price))),
  });
}

function closeIfFlat(sql: DatabaseSync, movement: Movement, position: PositionRow): PositionRow {
  const { account, order, time, at } = movement;
  const held = quantityOf(position).abs();
  if (!held.isZero() && !held.lt(toleranceOf(account, amount(position.in_quantity)))) return position;
  return close(sql, position, { reason: movement.reason ?? order?.leg ?? 'venue', time, at });
}

function close(
  sql: DatabaseSync,
  position: PositionRow,
  { reason, time, at }: { readonly reason: string; readonly time: number; readonly at: number },
): PositionRow {
  const { account, symbol } = position;
  const left = quantityOf(position);
  if (!left.isZero())
    moveDust(sql, { account, symbol, kind: 'left', positionId: position.id, quantity: left, at });
  const closed = updatePosition(sql, position, {
    dust: digits(left),
    closed_at: time,
    close_reason: reason,
    closed_event: recordEvent(sql, { account, symbol, at, kind: 'position-closed', reason }),
  });
  return closed;
}

/**
 * Fees in quote and in other currencies are the position's that the fill met; those in base go out of the one that it left
 * open, and are dust where it left none.
 */
function chargeFees(
  sql: DatabaseSync,
  movement: Movement,
  met: PositionRow | null,
  left: PositionRow | null,
): void {
  const { account, symbol, feeBase, feeQuote, feeOther, price, at } = movement;
  if (!feeQuote.isZero() || Object.keys(feeOther).length > 0) {
    const charged = met && reread(sql, met);
    if (charged) {
      const others = JSON.parse(charged.fee_other) as Record<string, string>;
      for (const [currency, fee] of Object.entries(feeOther))
        others[currency] = digits(fee.plus(others[currency] ?? 0));
      updatePosition(sql, charged, {
        fee_quote: digits(amount(charged.fee_quote).plus(feeQuote)),
        fee_other: JSON.stringify(others),
      });
    }
  }
  if (feeBase.isZero()) return;
  const open = left && reread(sql, left);
  if (open?.closed_at !== null) {
    const positionId = open?.id ?? null;
    moveDust(sql, {
      account: account.account,
      symbol,
      kind: 'fee',
      positionId,
      quantity: feeBase.negated(),
      at,
    });
    return;
  }
  const given = add(sql, open, feeBase.negated(), price);
  const charged = updatePosition(sql, given, {
    fee_base: digits(amount(given.fee_base).plus(feeBase)),
    fee_base_quote: digits(amount(given.fee_base_quote).plus(feeBase.times(price))),
  });
  closeIfFlat(sql, movement, charged);
}

function reread(sql: DatabaseSync, { id }: PositionRow): PositionRow {
  return one<PositionRow>(sql, 'SELECT * FROM positions WHERE id = ?', id)!;
}

function timeframeOf({ symbols }: AccountSettings, symbol: string): Timeframe {
  return (symbols.find(traded => traded.symbol === symbol) ?? symbols[0])?.timeframe ?? '1h';
}
