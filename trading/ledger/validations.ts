import type { DatabaseSync } from 'node:sqlite';
import { storableJson } from '../../artifacts/canonical-json.ts';
import type { OrderReason } from '../../contracts/trading.ts';
import { requireOrder } from './orders.ts';
import type { Validation } from './records.ts';
import { withdraw } from './sending.ts';
import { insert, one } from './statements.ts';

/** What a verdict makes of an order; null: it may go. */
const REASONS: Readonly<Record<Validation['verdict'], OrderReason | null>> = {
  approve: null,
  off: null,
  reject: 'llm-rejected',
  abstain: 'llm-abstained',
  failed: 'llm-failed',
};

/** The first verdict of an order stays. @returns the one that stands */
export function commitValidation(sql: DatabaseSync, validation: Validation): Validation {
  const { clientOrderId, verdict, time } = validation;
  const known = selectValidation(sql, clientOrderId);
  if (known) return known;
  requireOrder(sql, clientOrderId);
  insert(sql, 'validations', { client_order_id: clientOrderId, validation: storableJson(validation) });
  const against = REASONS[verdict];
  if (against !== null) withdraw(sql, clientOrderId, validation.reason ?? against, time);
  return validation;
}

export function selectValidation(sql: DatabaseSync, clientOrderId: string): Validation | null {
  const text = 'SELECT validation FROM validations WHERE client_order_id = ?';
  const row = one<{ validation: string }>(sql, text, clientOrderId);
  return row ? JSON.parse(row.validation) : null;
}
