import {
  isGrpcServiceError,
  ServiceError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { AlphaloomError, isErrorCode } from '../contracts/errors.ts';

/** Failures of workflows and of the connection, in our own words. */
export async function explainTemporalErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainTemporalError(error);
  }
}

function explainTemporalError(error: unknown): unknown {
  if (error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError) {
    const failure = rootFailure(error);
    if (failure instanceof CancelledFailure) {
      return new AlphaloomError(
        'TRAINING_CANCELLED',
        'The work was cancelled. Start it again; finished steps are kept.',
        {},
        { cause: error },
      );
    }
    if (failure instanceof ApplicationFailure) {
      const code = failure.type && isErrorCode(failure.type) ? failure.type : 'WORKFLOW_FAILED';
      return new AlphaloomError(
        code,
        failure.message,
        (failure.details?.[0] as Record<string, unknown>) ?? {},
        { cause: error },
      );
    }
    return new AlphaloomError('WORKFLOW_FAILED', failure.message, {}, { cause: error });
  }
  const refused = error instanceof ServiceError ? error.cause : error;
  if (isGrpcServiceError(refused)) {
    return new AlphaloomError(
      'TEMPORAL_UNREACHABLE',
      `Temporal did not answer: ${refused.details || refused.message}. Run up, or check TEMPORAL_ADDRESS.`,
      {},
      { cause: error },
    );
  }
  return error;
}

/** The innermost failure that still says something. */
function rootFailure(error: Error): Error {
  let at = error;
  while (at.cause instanceof Error) at = at.cause;
  return at;
}
