import { isErrorCode } from '../contracts/errors.ts';

/**
 * What Temporal's SDK says beside a line of its log, as a worker's log has it: a failure of ours with its sentence, which is made
 * to be read; none of an error that is not, for it may quote anything; and not the token by which a task is answered.
 */
export function sdkFields(meta: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { taskToken: _, ...fields } = meta;
  const { error } = fields;
  if (!(error instanceof Error)) return fields;
  const { type } = error as { type?: unknown };
  const isOurs = typeof type === 'string' && isErrorCode(type);
  return { ...fields, error: { ...error, ...(isOurs && { message: error.message }) } };
}
