import type { DatabaseSync } from 'node:sqlite';
import type { NotificationEvent } from '../../contracts/notifications.ts';
import type { AccountState } from '../../contracts/trading.ts';
import { requireAccount } from './accounts.ts';
import { recordEvent } from './events.ts';
import type { AccountRecord } from './records.ts';
import { run } from './statements.ts';

/** What tells of a state that was reached; the rest is not told. */
const TOLD: Partial<Record<AccountState, NotificationEvent>> = {
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
    `UPDATE accounts SET state = ?, state_reason = ?, state_time = ?, paused_until = ?, after_flatten = ?, is_flat = ?,
       closes = CASE WHEN ? THEN 0 ELSE closes END
     WHERE account = ?`,
    to,
    reason,
    at,
    move.pausedUntil ?? null,
    move.afterFlatten ?? 'halted',
    Number(from === 'flattening'),
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
    // Halted again soon after a resume is news again.
    ...(told && {
      tell: {
        event: told,
        key: `${told}/${account}/${at}`,
        facts: { state: to, before: from, reason, by: actor },
      },
    }),
  });
  return requireAccount(sql, account);
}

function toldOf(from: AccountState, to: AccountState): NotificationEvent | undefined {
  if (from === 'flattening') return 'flatten-finished';
  if (to === 'running') return from === 'stopped' ? undefined : 'account-resumed';
  return TOLD[to];
}
