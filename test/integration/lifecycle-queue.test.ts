import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { SAMPLE } from '../../candles/sample/index.ts';
import type { LifecycleOperation } from '../../contracts/messages.ts';
import { type Queue, queueName } from '../../contracts/queues.ts';
import { seriesId } from '../../contracts/series.ts';
import { readHomeId } from '../../host/paths.ts';
import { replayHistories } from '../../workers/replay.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { eventually } from '../support/eventually.ts';
import { fetchHistory, recordHistory } from '../support/histories.ts';
import { startCluster, type TestCluster } from '../support/temporal.ts';

const TIMEOUT = { timeout: 120_000 };
const WORKFLOW = `model/${seriesId(SAMPLE.series)}`;

/** Runs the series' lifecycle with activities that only answer. */
async function withActivities(
  t: TestContext,
  { environment, home }: TestCluster,
  activities: Record<string, (input: never) => Promise<unknown>>,
): Promise<void> {
  const connection = await NativeConnection.connect({ address: environment.TEMPORAL_ADDRESS! });
  const homeId = await readHomeId(home);
  const workers = await Promise.all(
    (['registry', 'training'] as const satisfies Queue[]).map(async queue =>
      Worker.create({
        connection,
        namespace: environment.TEMPORAL_NAMESPACE!,
        taskQueue: queueName(queue, homeId),
        activities,
        ...(queue === 'registry' && { workflowBundle: await workflowBundle() }),
      }),
    ),
  );
  const running = workers.map(worker => worker.run());
  t.after(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
  });
}

const answerTo = async ({ message, operationId }: LifecycleOperation) => ({
  ...{ message, operationId, outcome: 'kept', reason: 'test', champion: 1 },
});

test('offers that move nothing do not put a review off, however often they come', TIMEOUT, async t => {
  const cluster = await startCluster(t);
  const reviewed: string[] = [];
  await withActivities(t, cluster, {
    reviewPeriod: async () => ({ everyMs: 4_000 }),
    describeOffer: async (operation: LifecycleOperation) => ({ answer: await answerTo(operation) }),
    reviewChampion: async (operation: LifecycleOperation) => {
      reviewed.push(operation.actor);
      return { answer: await answerTo(operation) };
    },
  });
  await eventually('a review came between offers', async () => {
    const operationId = `offer-${Math.random()}`;
    await cluster.orchestrator.askLifecycle(SAMPLE.series, 'offer', { version: 1, operationId });
    await sleep(500);
    return reviewed.length > 0;
  });
  assert.equal(reviewed[0], 'schedule');
  const history = await fetchHistory(cluster.temporal.client, WORKFLOW);
  // Set by hand when a change to the workflow deserves a new recording beside the old ones.
  const when = process.env.ALPHALOOM_RECORD_PROBATION;
  if (when) await recordHistory(`${when}-steady-modelLifecycle`, history);
  assert.equal(await replayHistories([{ workflowId: WORKFLOW, history }]), 1);
});

test('a registry that can’t say when a review is due does not end the series’ queue', TIMEOUT, async t => {
  const cluster = await startCluster(t);
  let asked = 0;
  await withActivities(t, cluster, {
    reviewPeriod: async () => {
      asked++;
      throw ApplicationFailure.nonRetryable('The store can’t be read.', 'STORE_UNREADABLE');
    },
    setPaused: answerTo,
  });
  for (const operationId of ['one', 'two']) {
    const answer = await cluster.orchestrator.askLifecycle(SAMPLE.series, 'pause', { operationId });
    assert.equal(answer.operationId, operationId);
    await eventually('it was asked when a review is due', () => asked > 0);
    asked = 0;
  }
  const { status } = await cluster.temporal.client.workflow.getHandle(WORKFLOW).describe();
  assert.equal(status.name, 'RUNNING');
});

test(
  'an operator’s rollback does not wait for an offer’s comparison, and the offer is answered after it',
  TIMEOUT,
  async t => {
    const cluster = await startCluster(t);
    const calls: string[] = [];
    let comparing = 0;
    await withActivities(t, cluster, {
      reviewPeriod: async () => ({ everyMs: null }),
      describeOffer: async () => ({
        version: 2,
        eligible: true,
        failedRules: [],
        champion: 1,
        promotion: 'auto',
        answer: null,
      }),
      compareWithChampion: async () => {
        comparing++;
        if (comparing > 1)
          return { artifact: null, rule: { outcome: 'inconclusive', reason: 'no difference' }, look: null };
        const context = Context.current();
        for (;;) {
          context.heartbeat();
          await context.sleep(100);
        }
      },
      settleOffer: async ({ reason, ...operation }: LifecycleOperation) => {
        calls.push('offer');
        return { ...(await answerTo(operation)), reason };
      },
      rollBack: async (operation: LifecycleOperation) => {
        calls.push('rollback');
        return { ...(await answerTo(operation)), outcome: 'rolled back' };
      },
    });
    const ask = cluster.orchestrator.askLifecycle;
    const offer = ask(SAMPLE.series, 'offer', { version: 2, operationId: 'offer' });
    await eventually('the comparison began', () => comparing === 1);
    const rollback = await ask(SAMPLE.series, 'rollback', { operationId: 'back' });
    assert.equal(rollback.outcome, 'rolled back');
    assert.equal((await offer).reason, 'no difference');
    assert.deepEqual(calls, ['rollback', 'offer']);
    const history = await fetchHistory(cluster.temporal.client, WORKFLOW);
    const when = process.env.ALPHALOOM_RECORD_PROBATION;
    if (when) await recordHistory(`${when}-interrupted-modelLifecycle`, history);
    assert.equal(await replayHistories([{ workflowId: WORKFLOW, history }]), 1);
  },
);
