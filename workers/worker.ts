import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Rooms } from '../activities/rooms.ts';
import type { TradingRooms } from '../activities/trading/trading-rooms.ts';
import { type Queue, queueName } from '../contracts/queues.ts';
import { dataConverter } from './data-converter.ts';
import { workflowBundle } from './workflow-bundle.ts';

interface WorkerSettings {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly homeId: string;
  readonly rooms: Rooms;
  /** Of the process that trades alone. */
  readonly trading: TradingRooms | null;
  /** Heavy activities at once. */
  readonly maxTrainings: number;
}

/** Venues that are asked side by side. */
const MAX_VENUES = 20;

/**
 * What each queue's worker runs; one line each. Loaded when asked for: a worker that trades is back after a crash in half the
 * time without what trains.
 */
const WORKERS: Readonly<Record<Queue, (settings: WorkerSettings) => Promise<Partial<WorkerOptions>>>> = {
  registry: async ({ rooms }) => ({
    workflowBundle: await workflowBundle(),
    activities: (await import('../activities/registry-activities.ts')).createRegistryActivities(rooms),
    maxConcurrentActivityTaskExecutions: 50,
  }),
  training: async ({ rooms, maxTrainings }) => ({
    activities: (await import('../activities/training-activities.ts')).createTrainingActivities(rooms),
    maxConcurrentActivityTaskExecutions: maxTrainings,
  }),
  collection: async ({ rooms }) => ({
    activities: (await import('../activities/collection-activities.ts')).createCollectionActivities(rooms),
    maxConcurrentActivityTaskExecutions: MAX_VENUES,
  }),
  trading: async ({ trading }) => ({
    workflowBundle: await workflowBundle(),
    activities: (await import('../activities/trading/trading-activities.ts')).createTradingActivities(
      trading!,
    ),
    maxConcurrentActivityTaskExecutions: 100,
    // A worker that was killed leaves its queue behind: nobody waits for it longer than this.
    stickyQueueScheduleToStartTimeout: '1s',
  }),
};

/** A worker of one queue, ready to run; it is told of a cancellation within a quarter of a second. */
export async function createWorker(queue: Queue, settings: WorkerSettings): Promise<Worker> {
  return await Worker.create({
    connection: settings.connection,
    namespace: settings.namespace,
    taskQueue: queueName(queue, settings.homeId),
    dataConverter,
    maxHeartbeatThrottleInterval: '250ms',
    maxEagerActivityReservationsPerWorkflowTask: 40,
    shutdownGraceTime: '5s',
    ...(await WORKERS[queue](settings)),
  });
}
