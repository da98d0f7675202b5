import { type Client, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Config } from '../contracts/config.ts';
import { queueName } from '../contracts/queues.ts';

const MINUTE_MS = 60_000;
/** Bars close at whole minutes; venues have them a moment later. */
const OFFSET_MS = 10_000;
const CATCH_UP_MS = 5 * MINUTE_MS;

/** Schedules belong to a home, so that two homes may share a namespace. */
export function collectionScheduleId(homeId: string): string {
  return `collect-candles@${homeId}`;
}

/** Makes Temporal's schedule what the configuration says: none where no series is collected. */
export async function applyCollectionSchedule(
  client: Client,
  homeId: string,
  { collection }: Config,
): Promise<void> {
  const scheduleId = collectionScheduleId(homeId);
  const handle = client.schedule.getHandle(scheduleId);
  if (collection.series.length === 0) {
    await handle.delete().catch(ignoreMissing);
    return;
  }
  const options = {
    spec: { intervals: [{ every: collection.everyMinutes * MINUTE_MS, offset: OFFSET_MS }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'collectCandles',
      workflowId: scheduleId,
      taskQueue: queueName('registry', homeId),
      args: [],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
  };
  try {
    await handle.update(({ state }) => ({ ...options, state }));
  } catch (error) {
    ignoreMissing(error);
    await client.schedule.create({ scheduleId, ...options });
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
