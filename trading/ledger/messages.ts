import type { DatabaseSync } from 'node:sqlite';
import { canonicalJson, storableJson } from '../../artifacts/canonical-json.ts';
import type { Json } from '../../contracts/artifact.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { describeIssues } from '../../contracts/issues.ts';
import {
  TRADING_MESSAGES,
  type TradingAnswer,
  type TradingMessageName,
  type TradingMessagePayload,
  type TradingOperation,
} from '../../contracts/messages.ts';
import type { Policy } from '../../contracts/policy.ts';
import { requireAccount } from './accounts.ts';
import { reused } from './operations.ts';
import { endPauses } from './pauses.ts';
import { insert, one } from './statements.ts';
import { WISHES } from './wishes.ts';

/** What carries a wish out: the account as it is, who wants it, when. */
export interface MessageContext {
  readonly now: number;
  readonly policy: Policy | null;
  readonly isVenueSilent?: boolean;
}

/**
 * Carries a message out, once per operation id; the same one again is answered alike, another wish under the same id is
 * refused. What is refused changes nothing and may be asked again.
 * @throws AlphaloomError OPERATION_REUSED, ACCOUNT_UNKNOWN, ACCOUNT_STATE, ORDER_UNKNOWN, SYMBOL_NOT_TRADED, TIME_INVALID, USAGE
 */
export function applyMessage(
  sql: DatabaseSync,
  operation: TradingOperation,
  { now, policy, isVenueSilent = false }: MessageContext,
): TradingAnswer {
  const { message, account, operationId, actor } = operation;
  const wish = canonicalJson({ message, account, payload: wishOf(operation.payload) });
  const done = one<{ wish: string; answer: string }>(
    sql,
    'SELECT wish, answer FROM operations WHERE operation_id = ?',
    operationId,
  );
  if (done) {
    if (done.wish !== wish) throw reused(operationId);
    return { ...(JSON.parse(done.answer) as TradingAnswer), repeated: true };
  }
  const record = endPauses(sql, account, now);
  const payload = checkPayload(message, operation.payload);
  const reason = operation.reason ?? payload.reason ?? `${message} by ${actor}`;
  const by = { at: now, actor, reason, operationId };
  const carryOut = WISHES[message] as (typeof WISHES)['pause'];
  const { outcome, why } = carryOut(sql, record, payload as TradingMessagePayload<'pause'>, {
    by,
    policy,
    isVenueSilent,
  });
  const answer: TradingAnswer = {
    message,
    operationId,
    account,
    state: requireAccount(sql, account).state,
    outcome,
    reason: why ?? reason,
  };
  insert(sql, 'operations', { operation_id: operationId, wish, answer: storableJson(answer), at: now });
  return answer;
}

/** What is wanted, without who wants it and why: a retry may word these otherwise. */
function wishOf(payload: TradingOperation['payload']): Json {
  const { operationId: _, actor: __, reason: ___, ...wish } = payload;
  return JSON.parse(JSON.stringify(wish));
}

function checkPayload<Name extends TradingMessageName>(
  name: Name,
  payload: TradingOperation['payload'],
): TradingMessagePayload<Name> {
  const result = TRADING_MESSAGES[name].schema.safeParse(payload);
  if (result.success) return result.data as TradingMessagePayload<Name>;
  throw new AlphaloomError('USAGE', `${name}: ${describeIssues(result.error, payload)}.`, {
    message: name,
    issues: result.error.issues,
  });
}
