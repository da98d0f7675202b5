import type { DatabaseSync } from 'node:sqlite';
import { type Amount, amount, checkAmount, digits } from './amounts.ts';
import type { CashMovement } from './records.ts';
import { insert, one, run } from './statements.ts';

type Movement = Omit<CashMovement, 'kind'> & { readonly kind: CashMovement['kind'] | 'capital' };

/** Moves cash otherwise than by a fill; the same key again moves nothing. */
export function moveCash(
  sql: DatabaseSync,
  { account, symbol, kind, amount: text, time, key }: Movement,
): void {
  const moved = checkAmount(text, 'A movement of cash');
  if (one(sql, 'SELECT 1 FROM cash_movements WHERE account = ? AND key = ?', account, key)) return;
  insert(sql, 'cash_movements', { account, symbol, kind, amount: digits(moved), at: time, key });
  addCash(sql, account, moved);
}

/** Changes the sum that is kept; what it is made of stands in fills and movements. */
export function addCash(sql: DatabaseSync, account: string, change: Amount): void {
  const cash = amount(selectCash(sql, account)).plus(change);
  run(sql, 'UPDATE accounts SET cash = ? WHERE account = ?', digits(cash), account);
}

export function selectCash(sql: DatabaseSync, account: string): string {
  return one<{ cash: string }>(sql, 'SELECT cash FROM accounts WHERE account = ?', account)?.cash ?? '0';
}
