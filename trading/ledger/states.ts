import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountState } from '../../contracts/trading.ts';
import { requireAccount } from './accounts.ts';
import { recordEvent } from './events.ts';
import { reused, selectOperationEvent } from './operations.ts';
import type { AccountRecord, StateChange } from './records.ts';
import { all, one, run } from './statements.ts';

/** Where a state leads. `halted → running` needs an acknowledgement: only a message can do it. */
const TRANSITIONS: Readonly<Record<AccountState, readonly AccountState[]>> = {
  running: ['paused', 'halted', 'flattening', 'stopped'],
  paused: ['running', 'halted', 'flattening', 'stopped'],
  halted: ['flattening', 'stopped'],
  flattening: [],
  stopped: ['running', 'flattening'],
};

/** What tells of a state that was reached; the rest is not told. */
const TOLD: Partial<Record<AccountState, string>> = {
  paused: 'account-paused',
  halted: 'account-halted',
  stopped: 'account-stopped',
  flattening: 'flatten-started',
};

export interface StateMove {
  readonly to: AccountState;
  readonly at: number;
  readonly reason: string;
  readonly actor: string;
  readonly operationId?: string;
  readonly pausedUntil?: number;
  readonly afterFlatten?: 'halted' | 'stopped';
}

/** Moves an account and writes who and why. */
export function moveState(sql: DatabaseSync, record: AccountRecord, move: StateMove): AccountRecord {
  const { account, state: from } = record;
  const { to, at, reason, actor } = move;
  run(
    sql,
    `UPDATE accounts SET state = ?, state_reason = ?, state_time = ?, paused_until = ?, after_flatten = ?,
       closes = CASE WHEN ? THEN 0 ELSE closes END
     WHERE account = ?`,
    to,
    reason,
    at,
    move.pausedUntil ?? null,
    move.afterFlatten ?? 'halted',
    Number(from === 'stopped' && to === 'running'),
    account,
  );
  const told = toldOf(from, to);
  recordEvent(sql, {
    account,
    at,
    kind: 'state',
    actor,
    reason,
    operationId: move.operationId,
    detail: { from, to, ...(move.pausedUntil !== undefined && { until: move.pausedUntil }) },
    ...(told && { tell: { event: told, facts: { state: to, before: from, reason, by: actor } } }),
  });
  return requireAccount(sql, account);
}

/** @returns null where the account was in another state; @throws AlphaloomError ACCOUNT_STATE where no such way leads */
export function changeState(sql: DatabaseSync, change: StateChange): AccountRecord | null {
  const { account, to, from, operationId, actor, reason, now } = change;
  const done = selectOperationEvent(sql, account, operationId);
  if (done) {
    const led = done.detail === null ? null : (JSON.parse(done.detail) as { to?: string });
    if (done.kind !== 'state' || led?.to !== to) throw reused(operationId);
    return requireAccount(sql, account);
  }
  const record = endPauses(sql, account, now);
  if (!from.includes(record.state)) return null;
  if (!TRANSITIONS[record.state].includes(to)) {
    throw new AlphaloomError(
      'ACCOUNT_STATE',
      `The account ${account} is ${record.state}; from there it can’t become ${to}${wayOut(record.state)}.`,
      { account, state: record.state, to },
    );
  }
  return moveState(sql, record, { to, at: now, reason, actor, operationId });
}

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
    `INSERT INTO symbol_pauses VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
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

/** Symbols of an account that hold a position or an order that is not final; null: looks at all. */
export function stillOpen(sql: DatabaseSync, account: string, symbols: readonly string[] | null): string[] {
  const open = all<{ symbol: string }>(
    sql,
    `SELECT symbol FROM positions WHERE account = ?1 AND closed_at IS NULL
     UNION SELECT symbol FROM orders WHERE account = ?1 AND status IN ('planned', 'sending', 'unknown', 'open')`,
    account,
  ).map(({ symbol }) => symbol);
  return symbols === null ? open : open.filter(symbol => symbols.includes(symbol));
}

/** @throws AlphaloomError ACCOUNT_STATE where something is open, or nothing is being flattened */
export function finishFlatten(
  sql: DatabaseSync,
  done: {
    readonly account: string;
    readonly symbols: readonly string[] | null;
    readonly now: number;
    readonly actor: string;
    readonly operationId: string;
  },
): AccountRecord {
  const { account, symbols, now: at, actor, operationId } = done;
  const record = requireAccount(sql, account);
  if (selectOperationEvent(sql, account, operationId)) return record;
  const open = stillOpen(sql, account, symbols);
  if (open.length > 0) {
    throw new AlphaloomError(
      'ACCOUNT_STATE',
      `The account ${account} is not flat: ${open.join(', ')} ${open.length === 1 ? 'is' : 'are'} still open.`,
      { account, open },
    );
  }
  const reason = 'all positions are closed';
  if (symbols === null) {
    if (record.state !== 'flattening') {
      throw new AlphaloomError(
        'ACCOUNT_STATE',
        `The account ${account} is ${record.state}, not flattening.`,
        {
          account,
          state: record.state,
        },
      );
    }
    run(sql, 'UPDATE symbol_pauses SET is_flattening = 0 WHERE account = ?', account);
    return moveState(sql, record, { to: record.afterFlatten, at, reason, actor, operationId });
  }
  for (const symbol of symbols) {
    const text = 'UPDATE symbol_pauses SET is_flattening = 0 WHERE account = ? AND symbol = ?';
    run(sql, text, account, symbol);
  }
  const tell = { event: 'flatten-finished', facts: { symbols: symbols.join(', '), by: actor } };
  recordEvent(sql, { account, at, kind: 'flattened', actor, reason, operationId, detail: { symbols }, tell });
  return requireAccount(sql, account);
}

export function isPaused(sql: DatabaseSync, account: string, symbol: string): boolean {
  return (
    one(sql, 'SELECT 1 FROM symbol_pauses WHERE account = ? AND symbol = ?', account, symbol) !== undefined
  );
}

function toldOf(from: AccountState, to: AccountState): string | undefined {
  if (from === 'flattening') return 'flatten-finished';
  if (to === 'running') return from === 'stopped' ? undefined : 'account-resumed';
  return TOLD[to];
}

function wayOut(state: AccountState): string {
  if (state === 'halted') return ' without trade resume --acknowledge';
  return state === 'flattening' ? ' before its positions are closed' : '';
}
