import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { QUEUES, type Queue, queueName } from '../../../contracts/queues.ts';
import { seriesOfTraining } from '../../orchestrator.ts';
import { explainTemporalErrors } from '../../temporal-errors.ts';
import type { Mailbox, Posting } from '../mailbox.ts';
import type { Look } from './watch.ts';

const SOURCE = 'trainings';
/** Temporal's list of workflows trails behind their ends. */
const OVERLAP_MS = 600_000;

interface TrainingsParts {
  readonly client: Client;
  readonly homeId: string;
  readonly mailbox: Mailbox;
  readonly now: () => number;
}

/** Tells of trainings that failed, whoever started them: a fleet, a schedule, a person. The first look begins about now. */
export function watchTrainings({ client, homeId, mailbox, now }: TrainingsParts): Look {
  const told = new Set<string>();
  const queues = new Set((Object.keys(QUEUES) as Queue[]).map(queue => queueName(queue, homeId)));
  return {
    look: () =>
      explainTemporalErrors(async () => {
        const position = (await mailbox.cursor(SOURCE)) ?? now();
        const since = new Date(position - OVERLAP_MS).toISOString();
        const query = `WorkflowType = 'trainModel' AND ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated') AND CloseTime > '${since}'`;
        const postings: Posting[] = [];
        let latest = position;
        for await (const training of client.workflow.list({ query })) {
          const closedTime = training.closeTime?.getTime() ?? now();
          latest = Math.max(latest, closedTime);
          if (!queues.has(training.taskQueue) || told.has(training.runId)) continue;
          postings.push(await tellFailure(client, training));
        }
        await mailbox.post(postings, { source: SOURCE, position: latest });
        for (const { sourceId } of postings) told.add(sourceId);
      }),
  };
}

async function tellFailure(
  client: Client,
  { workflowId, runId, closeTime }: WorkflowExecutionInfo,
): Promise<Posting> {
  const { code, message } = await failureOf(client, workflowId, runId);
  const series = seriesOfTraining(workflowId) ?? workflowId;
  return {
    source: SOURCE,
    sourceId: runId,
    notification: {
      event: 'training-failed',
      key: `training-failed/${runId}`,
      subject: series,
      at: closeTime?.getTime() ?? 0,
      facts: { error: code, reason: message, workflow: workflowId },
    },
  };
}

async function failureOf(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<{ code: string; message: string }> {
  try {
    await explainTemporalErrors(() => client.workflow.getHandle(workflowId, runId).result());
  } catch (error) {
    if (error instanceof AlphaloomError) return error;
    throw error;
  }
  return { code: 'WORKFLOW_FAILED', message: '' };
}
