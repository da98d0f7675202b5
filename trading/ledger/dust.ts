import type { DatabaseSync } from 'node:sqlite';
import type { Market } from '../../contracts/market.ts';
import { mostAtMarket } from '../../strategy/venue-order.ts';
import { type Amount, amount, digits, floorToStep, smaller, ZERO } from './amounts.ts';
import { selectOpenOrders } from './orders.ts';
import type { DustRecord } from './records.ts';
import { all, insert, one } from './statements.ts';

/** Dust of a symbol, in base, signed. */
export function selectDust(sql: DatabaseSync, account: string, symbol: string): Amount {
  const row = one<{ total: string }>(
    sql,
    'SELECT total FROM dust_movements WHERE account = ? AND symbol = ? ORDER BY id DESC LIMIT 1',
    account,
    symbol,
  );
  return row ? amount(row.total) : ZERO;
}

export function selectAllDust(sql: DatabaseSync, account: string): DustRecord[] {
  const rows = all<{ symbol: string; total: string }>(
    sql,
    `SELECT symbol, total FROM dust_movements
     WHERE id IN (SELECT max(id) FROM dust_movements WHERE account = ? GROUP BY symbol) ORDER BY symbol`,
    account,
  );
  return rows.filter(({ total }) => total !== '0').map(({ symbol, total }) => ({ symbol, quantity: total }));
}

export interface DustMove {
  readonly account: string;
  readonly symbol: string;
  readonly kind: 'left' | 'taken' | 'fee';
  readonly positionId: number | null;
  readonly quantity: Amount;
  readonly at: number;
}

export function moveDust(
  sql: DatabaseSync,
  { account, symbol, kind, positionId, quantity, at }: DustMove,
): void {
  const newest = one<{ id: number | null }>(sql, 'SELECT max(id) AS id FROM fills');
  insert(sql, 'dust_movements', {
    account,
    symbol,
    kind,
    position_id: positionId,
    after_fill: newest?.id ?? 0,
    quantity: digits(quantity),
    total: digits(selectDust(sql, account, symbol).plus(quantity)),
    at,
  });
}

/** A late fill of an exit takes what was left from the dust first. @returns what it moves beside */
export function takeFromDust(
  sql: DatabaseSync,
  { account, symbol, at }: { readonly account: string; readonly symbol: string; readonly at: number },
  change: Amount,
): Amount {
  const dust = selectDust(sql, account, symbol);
  if (dust.isZero() || dust.isNegative() === change.isNegative()) return change;
  const size = smaller(dust.abs(), change.abs());
  const taken = change.isNegative() ? size.negated() : size;
  moveDust(sql, { account, symbol, kind: 'taken', positionId: null, quantity: taken, at });
  return change.minus(taken);
}

/** More was sold than there was: the dust goes under 0, by so much less than nothing. */
export function overdrawDust(
  sql: DatabaseSync,
  { account, symbol, at }: { readonly account: string; readonly symbol: string; readonly at: number },
  beyond: Amount,
): void {
  moveDust(sql, { account, symbol, kind: 'taken', positionId: null, quantity: beyond, at });
}

/** What an exit of so much in base can be, in the venue's units: floored to the lot; null where it is under a minimum. */
export function closable(
  inBase: Amount,
  market: Market,
  { price, reduceOnly }: { readonly price: string; readonly reduceOnly: boolean },
): Amount | null {
  const unit = amount(market.contractSize ?? '1');
  const lot = market.lot === null ? null : amount(market.lot);
  // Where a unit is no lot, whole lots are what can be sold; a division would round.
  const size = floorToStep(inBase, lot === null ? null : lot.times(unit)).div(unit);
  if (size.isZero() || (market.minQuantity !== null && size.lt(market.minQuantity))) return null;
  // A swap's order that only reduces is taken under the least notional too.
  const isFree = market.kind === 'swap' && reduceOnly;
  const notional = size.times(unit).times(price);
  return !isFree && market.minNotional !== null && notional.lt(market.minNotional) ? null : size;
}

/**
 * As much of it as the venue takes in one order, in its units, on the lot: what is more goes in parts.
 * @param atMarket whether it goes at market, or will (a stop that becomes a market order)
 */
export function inOneOrder(size: Amount, market: Market, atMarket: boolean): Amount {
  const stated = atMarket ? mostAtMarket(market) : market.maxQuantity;
  if (stated === null || size.lte(stated)) return size;
  const most = floorToStep(amount(stated), market.lot === null ? null : amount(market.lot));
  return most.isZero() ? size : most;
}

/** Whether nothing is under way that could still make a symbol's position smaller or larger. */
export function isSettled(sql: DatabaseSync, account: string, symbol: string): boolean {
  return selectOpenOrders(sql, account, symbol).length === 0;
}
