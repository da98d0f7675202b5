import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Timeframe } from '../../contracts/series.ts';
import { type Amount, amount, average, digits, ZERO } from './amounts.ts';
import type { LedgerPosition, LedgerTrade } from './records.ts';
import { all, one, statement } from './statements.ts';

export interface PositionRow {
  readonly id: number;
  readonly account: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly side: 'LONG' | 'SHORT';
  readonly entry_order: string;
  readonly signal_bar_time: number;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly opened_event: number;
  readonly closed_event: number | null;
  readonly close_reason: string | null;
  readonly in_quantity: string;
  readonly in_quote: string;
  readonly out_quantity: string;
  readonly out_quote: string;
  readonly fee_base: string;
  readonly fee_base_quote: string;
  readonly fee_quote: string;
  readonly fee_other: string;
  readonly dust: string;
  readonly plan: string | null;
  readonly keeping: string;
}

export function selectPosition(sql: DatabaseSync, account: string, symbol: string): PositionRow | null {
  const text = 'SELECT * FROM positions WHERE account = ? AND symbol = ? AND closed_at IS NULL';
  return one<PositionRow>(sql, text, account, symbol) ?? null;
}

/** The newest of a symbol, open or over. */
export function selectLastPosition(sql: DatabaseSync, account: string, symbol: string): PositionRow | null {
  const text = 'SELECT * FROM positions WHERE account = ? AND symbol = ? ORDER BY id DESC LIMIT 1';
  return one<PositionRow>(sql, text, account, symbol) ?? null;
}

export function selectPositions(sql: DatabaseSync, account: string): PositionRow[] {
  return all(sql, 'SELECT * FROM positions WHERE account = ? AND closed_at IS NULL ORDER BY symbol', account);
}

/** Begun, or ended, by events after one. */
export function selectBegun(sql: DatabaseSync, account: string, afterEvent: number): LedgerTrade[] {
  const text = 'SELECT * FROM positions WHERE account = ? AND opened_event > ? ORDER BY opened_event';
  return all<PositionRow>(sql, text, account, afterEvent).map(tradeOf);
}

export function selectEnded(sql: DatabaseSync, account: string, afterEvent: number): LedgerTrade[] {
  const text = 'SELECT * FROM positions WHERE account = ? AND closed_event > ? ORDER BY closed_event';
  return all<PositionRow>(sql, text, account, afterEvent).map(tradeOf);
}

export function selectTrades(
  sql: DatabaseSync,
  account: string,
  { fromTime, toTime }: { readonly fromTime: number; readonly toTime: number },
): LedgerTrade[] {
  return all<PositionRow>(
    sql,
    'SELECT * FROM positions WHERE account = ? AND closed_at >= ? AND closed_at < ? ORDER BY closed_at, id',
    account,
    fromTime,
    toTime,
  ).map(tradeOf);
}

export function updatePosition(
  sql: DatabaseSync,
  row: PositionRow,
  changes: Partial<Record<keyof PositionRow, SQLInputValue>>,
): PositionRow {
  const columns = Object.keys(changes);
  const text = `UPDATE positions SET ${columns.map(name => `${name} = ?`).join(', ')} WHERE id = ?`;
  statement(sql, text).run(...Object.values(changes), row.id);
  return { ...row, ...(changes as Partial<PositionRow>) };
}

/** In base, signed: what came in less what went out, less what was booked as dust at the end. */
export function quantityOf(row: PositionRow | null): Amount {
  if (row === null) return ZERO;
  const size = amount(row.in_quantity).minus(row.out_quantity);
  return (row.side === 'LONG' ? size : size.negated()).minus(row.dust);
}

/**
 * Of what has left, in quote, before fees: (average of what went out − average of what came in) × what went out, signed by
 * the side. Fees in base count as gone out at the price of their fill, so that at the end this less the fees is the cash.
 */
export function realizedPnl(row: PositionRow): string {
  const paid = average(amount(row.in_quote), amount(row.in_quantity));
  if (paid === null) return '0';
  const isWhole = amount(row.in_quantity).eq(row.out_quantity);
  const cost = isWhole ? amount(row.in_quote) : amount(paid).times(row.out_quantity);
  const gain = amount(row.out_quote).minus(cost);
  return digits(row.side === 'LONG' ? gain : gain.negated());
}

/** In quote, those in base among them. */
export function feesOf(row: PositionRow): string {
  return digits(amount(row.fee_quote).plus(row.fee_base_quote));
}

export function positionOf(row: PositionRow): LedgerPosition {
  return {
    id: row.id,
    account: row.account,
    symbol: row.symbol,
    timeframe: row.timeframe,
    quantity: digits(quantityOf(row)),
    entryPrice: average(amount(row.in_quote), amount(row.in_quantity)) ?? '0',
    entryOrder: row.entry_order,
    signalBarTime: row.signal_bar_time,
    openedTime: row.opened_at,
    plan: row.plan === null ? null : JSON.parse(row.plan),
    keeping: JSON.parse(row.keeping),
    realizedPnl: realizedPnl(row),
    fees: feesOf(row),
    otherFees: JSON.parse(row.fee_other),
  };
}

export function tradeOf(row: PositionRow): LedgerTrade {
  const { plan: _, keeping: __, ...position } = positionOf(row);
  // Fees in base went out too, but were not sold.
  const given = row.side === 'LONG' ? row : { fee_base: '0', fee_base_quote: '0' };
  const sold = amount(row.out_quantity).minus(given.fee_base);
  return {
    ...position,
    side: row.side,
    enteredQuantity: row.in_quantity,
    exitPrice: average(amount(row.out_quote).minus(given.fee_base_quote), sold),
    closedTime: row.closed_at,
    closeReason: row.close_reason,
    dust: row.dust,
  };
}
