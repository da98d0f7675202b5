import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  defineQuery,
  executeChild,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { RegistryActivities } from '../activities/registry-activities.ts';
import { seriesId } from '../contracts/series.ts';
import type {
  FleetItem,
  FleetProgress,
  FleetRow,
  TrainFleetInput,
  TrainFleetResult,
  TrainModelResult,
} from '../contracts/training.ts';
import { ACTIVITY_OPTIONS } from './activity-options.ts';
import { describeFailure } from './failure.ts';
import { trainModel } from './train-model.ts';

const fleetProgress = defineQuery<FleetProgress>('progress');

/** Trains many series, `maxWorkers` at once; one failure stops no other; answers with a row per series in their order. */
export async function trainFleet({ items, maxWorkers }: TrainFleetInput): Promise<TrainFleetResult> {
  const rows: (FleetRow | undefined)[] = items.map(() => undefined);
  const running = new Set<string>();
  const done = () => rows.filter(row => row !== undefined);
  setHandler(fleetProgress, () => ({ total: items.length, running: [...running], done: done() }));

  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      const series = seriesId(items[index].input.series);
      running.add(series);
      setCurrentDetails(renderFleet(items.length, running, done()));
      rows[index] = await trainOne(items[index]);
      running.delete(series);
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxWorkers, items.length) }, worker));
  setCurrentDetails(renderFleet(items.length, running, done()));
  return { rows: done() };
}

async function trainOne(item: FleetItem): Promise<FleetRow> {
  const series = seriesId(item.input.series);
  try {
    return { series, ok: true, result: await runOrJoin(item) };
  } catch (error) {
    if (isCancellation(error) && CancellationScope.current().consideredCancelled) throw error;
    return { series, ok: false, error: describeFailure(error) };
  }
}

/** The same training may be running already for somebody else: then that one is awaited. */
async function runOrJoin({ workflowId, input }: FleetItem): Promise<TrainModelResult> {
  try {
    return await executeChild(trainModel, {
      workflowId,
      args: [input],
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { awaitTraining } = proxyActivities<RegistryActivities>({
      ...ACTIVITY_OPTIONS.ask,
      summary: `join ${workflowId}`,
    });
    return await awaitTraining({ workflowId });
  }
}

function renderFleet(total: number, running: ReadonlySet<string>, done: readonly FleetRow[]): string {
  const failed = done.filter(row => !row.ok);
  return [
    `${done.length} of ${total} done, ${failed.length} failed, running: ${[...running].join(', ') || 'none'}`,
    ...failed.map(row => `- ${row.series}: ${row.ok ? '' : row.error.message}`),
  ].join('\n');
}
