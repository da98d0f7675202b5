import type { DatabaseSync } from 'node:sqlite';
import { requireAccount } from './accounts.ts';
import { recordEvent } from './events.ts';
import type { AccountRecord } from './records.ts';
import { moveState } from './state-moves.ts';
import { all, one, run } from './statements.ts';

/** Ends pauses whose time is over. @returns the account after it */
export function endPauses(sql: DatabaseSync, account: string, now: number): AccountRecord {
  const over = all<{ symbol: string }>(
    sql,
    'SELECT symbol FROM symbol_pauses WHERE account = ? AND until <= ? AND is_flattening = 0',
    account,
    now,
  );
  for (const { symbol } of over)
    resumeSymbol(sql, account, symbol, { at: now, actor: 'clock', reason: OVER });
  const record = requireAccount(sql, account);
  if (record.state !== 'paused' || record.pausedUntil === null || record.pausedUntil > now) return record;
  return moveState(sql, record, { to: 'running', at: now, actor: 'clock', reason: OVER });
}

const OVER = 'the time of the pause is over';

interface SymbolChange {
  readonly at: number;
  readonly actor: string;
  readonly reason: string;
  readonly operationId?: string;
}

/** No entries of a symbol, until a time (null: until resumed). A symbol whose position is being closed stays so. */
export function pauseSymbol(
  sql: DatabaseSync,
  account: string,
  symbol: string,
  {
    until,
    isFlattening,
    ...by
  }: SymbolChange & { readonly until: number | null; readonly isFlattening: boolean },
): void {
  run(
    sql,
    `INSERT INTO symbol_pauses (account, symbol, until, is_flattening) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET until = CASE WHEN is_flattening THEN NULL ELSE excluded.until END,
           is_flattening = max(is_flattening, excluded.is_flattening)`,
    account,
    symbol,
    isFlattening ? null : until,
    Number(isFlattening),
  );
  recordEvent(sql, { account, symbol, kind: 'symbol-paused', ...by, detail: { until, isFlattening } });
}

export function resumeSymbol(sql: DatabaseSync, account: string, symbol: string, by: SymbolChange): boolean {
  const changed = run(sql, 'DELETE FROM symbol_pauses WHERE account = ? AND symbol = ?', account, symbol) > 0;
  if (changed) recordEvent(sql, { account, symbol, kind: 'symbol-resumed', ...by });
  return changed;
}

export function isPaused(sql: DatabaseSync, account: string, symbol: string): boolean {
  return (
    one(sql, 'SELECT 1 FROM symbol_pauses WHERE account = ? AND symbol = ?', account, symbol) !== undefined
  );
}
