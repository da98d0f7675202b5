import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountState } from '../../contracts/trading.ts';
import { requireAccount } from './accounts.ts';
import { reused, selectOperationEvent } from './operations.ts';
import { endPauses } from './pauses.ts';
import type { AccountRecord, StateChange } from './records.ts';
import { moveState } from './state-moves.ts';

/** Where a state leads. `halted → running` needs an acknowledgement: only a message can do it. */
const TRANSITIONS: Readonly<Record<AccountState, readonly AccountState[]>> = {
  running: ['paused', 'halted', 'flattening', 'stopped'],
  paused: ['running', 'halted', 'flattening', 'stopped'],
  halted: ['flattening', 'stopped'],
  flattening: [],
  stopped: ['running', 'flattening'],
};

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

function wayOut(state: AccountState): string {
  if (state === 'halted') return ' without trade resume --acknowledge';
  return state === 'flattening' ? ' before its positions are closed' : '';
}
