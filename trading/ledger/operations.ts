import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import { one } from './statements.ts';

/** The first event of an operation, where it was carried out already. */
export function selectOperationEvent(
  sql: DatabaseSync,
  account: string,
  operationId: string,
): { readonly kind: string; readonly detail: string | null } | null {
  const row = one<{ account: string; kind: string; detail: string | null }>(
    sql,
    'SELECT account, kind, detail FROM events WHERE operation_id = ? ORDER BY id LIMIT 1',
    operationId,
  );
  if (row && row.account !== account) throw reused(operationId);
  return row ?? null;
}

export function reused(operationId: string): AlphaloomError {
  return new AlphaloomError(
    'OPERATION_REUSED',
    `The operation id "${operationId}" was used for something else before. Use a new one.`,
    { operationId },
  );
}
