import { AlphaloomError } from '../contracts/errors.ts';
import type { LifecycleAnswer } from '../contracts/messages.ts';
import type { Review } from '../contracts/probation.ts';
import type { Registry } from '../registry/registry.ts';

/** A move and what speaks for it are two events of one operation. */
export const PROBATION = 'probation';

/** What a probation's event keeps. */
export interface ProbationDetail {
  readonly reason: string;
  readonly review: Review;
  readonly answer: LifecycleAnswer;
}

/** What a review was answered before under this operation id. */
export async function answeredReview(
  registry: Registry,
  series: string,
  operationId: string,
): Promise<LifecycleAnswer | null> {
  const event = await registry.operation(`${operationId}/${PROBATION}`);
  if (!event) {
    const other = await registry.operation(operationId);
    if (!other || (other.kind === 'rollback' && other.series === series)) return null;
    throw new AlphaloomError(
      'OPERATION_REUSED',
      `The operation id ${operationId} was used for something else before. Use a new one.`,
      { operationId, was: other.kind },
    );
  }
  return (event.detail as unknown as ProbationDetail).answer;
}
