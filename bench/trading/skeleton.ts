import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { TemporalSettings } from '../../host/temporal-connection.ts';
import { LOOPBACK_KEY } from '../../venues/loopback/signature.ts';
import { percentile, timeRuns } from '../measure.ts';
import { BAR_MS } from './market.ts';
import type { emptyCloses } from './skeleton-workflow.ts';

/** As `planClose` wakes the workflow before a bar closes. */
const LEAD_MS = 400;
const TASK_QUEUE = 'bench-skeleton';

const activities = {
  async awaitClose(closeTime: number) {
    await sleep(Math.max(0, closeTime - Date.now()));
  },
  async nothing() {},
  async sayNow() {
    return Date.now();
  },
};
export type SkeletonActivities = typeof activities;

/** From close to the last step of a workflow of the same shape whose steps do nothing, ms each; on the same server. */
export async function timeSkeleton(
  client: Client,
  { namespace, connection: options }: TemporalSettings,
  closes: number,
): Promise<number[]> {
  const connection = await NativeConnection.connect(options);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('skeleton-workflow.ts', import.meta.url)),
    activities,
    maxEagerActivityReservationsPerWorkflowTask: 40,
  });
  try {
    return await worker.runUntil(async () => {
      const first = (Math.floor(Date.now() / BAR_MS) + 3) * BAR_MS;
      const times = Array.from({ length: closes }, (_, at) => first + at * BAR_MS);
      return await client.workflow.execute<typeof emptyCloses>('emptyCloses', {
        taskQueue: TASK_QUEUE,
        workflowId: `skeleton/${first}`,
        args: [times, LEAD_MS],
      });
    });
  } finally {
    await connection.close();
  }
}

/** One signed market order after another over plain `fetch`, p50 in ms: until its answer is there. */
export async function timePost(address: string, symbol: string, runs: number): Promise<number> {
  const times = await timeRuns(runs, 5, async () => {
    const order = new URLSearchParams({
      symbol,
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.1',
      timestamp: `${Date.now()}`,
    });
    const signature = createHmac('sha256', LOOPBACK_KEY.secret).update(order.toString()).digest('hex');
    order.set('signature', signature);
    const response = await fetch(`${address}/api/v3/order`, {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': LOOPBACK_KEY.apiKey },
      body: order,
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`The exchange refused an order: ${answer}`);
  });
  return percentile(times, 0.5);
}
