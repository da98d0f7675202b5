import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import { requireAccount } from './accounts.ts';
import { recordEvent } from './events.ts';
import { selectOperationEvent } from './operations.ts';
import type { AccountRecord } from './records.ts';
import { moveState } from './state-moves.ts';
import { all, run } from './statements.ts';

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
    const text = 'UPDATE symbol_pauses SET is_flattening = 0, is_flat = 1 WHERE account = ? AND symbol = ?';
    run(sql, text, account, symbol);
  }
  const tell = { event: 'flatten-finished' as const, facts: { symbols: symbols.join(', '), by: actor } };
  recordEvent(sql, { account, at, kind: 'flattened', actor, reason, operationId, detail: { symbols }, tell });
  return requireAccount(sql, account);
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
