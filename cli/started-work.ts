import type { StartedWork } from '../activities/rooms.ts';
import type { CliContext } from './context.ts';

/** The answer of a command that does not wait for what it started. */
export function answerStarted(context: CliContext, work: StartedWork): void {
  context.output.result(work, () =>
    work.joined
      ? `${work.workflowId} runs already; see status or the Temporal UI.`
      : `Started ${work.workflowId}; see status or the Temporal UI.`,
  );
}

/** Nothing has failed, but what comes after this command must not take the work for done. */
export function answerLeft(context: CliContext, work: StartedWork): void {
  context.output.result(
    { ...work, left: true },
    () => `Left ${work.workflowId}: somebody else started it, and it goes on; see status or the Temporal UI.`,
  );
  context.endWith(1);
}
