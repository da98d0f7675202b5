import { ApplicationFailure, ChildWorkflowFailure, isCancellation } from '@temporalio/workflow';

/** The innermost failure that still says something, with its code. */
export function describeFailure(error: unknown): { code: string; message: string } {
  let cause = error;
  while (!(cause instanceof ApplicationFailure) && cause instanceof Error && cause.cause !== undefined)
    cause = cause.cause;
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'INTERNAL', message: cause.message };
  if (error instanceof ChildWorkflowFailure && isCancellation(error)) {
    return { code: 'TRAINING_CANCELLED', message: 'This training was cancelled.' };
  }
  return { code: 'WORKFLOW_FAILED', message: cause instanceof Error ? cause.message : String(cause) };
}
