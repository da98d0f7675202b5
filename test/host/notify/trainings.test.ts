import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { ApplicationFailure, type Client, WorkflowFailedError } from '@temporalio/client';
import { queueName } from '../../../contracts/queues.ts';
import { openMailbox } from '../../../host/notify/mailbox.ts';
import { watchTrainings } from '../../../host/notify/watches/trainings.ts';
import { temporaryHome } from '../../support/temporary-home.ts';

const HOME_ID = 'abc';

/** A Temporal that lists these as failed, and counts how often it is asked why. */
function temporalWith(
  trainings: { workflowId: string; runId: string; taskQueue: string; closedAt: number }[],
) {
  const asked: string[] = [];
  const client = {
    workflow: {
      async *list() {
        for (const { closedAt, ...training } of trainings)
          yield { ...training, closeTime: new Date(closedAt) };
      },
      getHandle: (workflowId: string, runId: string) => ({
        async result() {
          asked.push(runId);
          const cause = ApplicationFailure.create({
            type: 'CANDLES_NOT_FOUND',
            message: `no bars of ${workflowId}`,
          });
          throw new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE');
        },
      }),
    },
  } as unknown as Client;
  return { client, asked };
}

test('a failed training is told once with its code, another home’s is not', async t => {
  const now = () => 9_000;
  const mailbox = await openMailbox(join(await temporaryHome(t), 'notifications.sqlite'), { now });
  t.after(() => mailbox.close());
  await mailbox.join('ops');
  const training = (runId: string, homeId: string) => ({
    workflowId: `train/coinbase:BTCUSD/1h/${runId}`,
    runId,
    taskQueue: queueName('registry', homeId),
    closedAt: 8_000,
  });
  const { client, asked } = temporalWith([training('own', HOME_ID), training('other', 'def')]);
  const parts = { client, homeId: HOME_ID, mailbox, now };
  const watch = watchTrainings(parts);
  await watch.look();
  await watch.look();
  assert.deepEqual(asked, ['own']);
  // A successor asks again, and tells nothing twice.
  await watchTrainings(parts).look();
  const waiting = await mailbox.waiting('ops', 10);
  assert.deepEqual(
    waiting.map(({ notification }) => notification),
    [
      {
        event: 'training-failed',
        key: 'training-failed/own',
        subject: 'coinbase:BTCUSD/1h',
        at: 8_000,
        facts: {
          error: 'CANDLES_NOT_FOUND',
          reason: 'no bars of train/coinbase:BTCUSD/1h/own',
          workflow: 'train/coinbase:BTCUSD/1h/own',
        },
      },
    ],
  );
});
