import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { openMailbox } from '../../../host/notify/mailbox.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryHome } from '../../support/temporary-home.ts';
import { notification } from './notifications.ts';
import { httpReceiver } from './receivers.ts';

test('killed between sending and marking, it sends that one again and loses none', async t => {
  const path = join(await temporaryHome(t), 'notifications.sqlite');
  const mailbox = await openMailbox(path, { now: Date.now });
  t.after(() => mailbox.close());
  await mailbox.join('ops');
  const keys = ['first', 'second', 'third'];
  await mailbox.post(
    keys.map(key => ({
      source: 'test',
      sourceId: key,
      notification: notification({ key, subject: key, at: Date.now() }),
    })),
  );
  let child: ChildProcess;
  const server = await httpReceiver(t, (response, count) => {
    // The second was received; nobody will ever hear of that.
    if (count === 2) child.kill('SIGKILL');
    else response.writeHead(200).end();
  });
  const start = () =>
    spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(import.meta.dirname, 'notifying-process.ts'),
        path,
        server.address,
      ],
      { stdio: 'ignore' },
    );
  child = start();
  const end = await new Promise(resolve => child.once('exit', (_code, signal) => resolve(signal)));
  assert.equal(end, 'SIGKILL');
  const successor = start();
  t.after(() => successor.kill('SIGKILL'));
  await eventually('all is settled', async () => (await mailbox.waiting('ops', 10)).length === 0);
  assert.deepEqual(
    server.received.map(({ body }) => body.subject),
    ['first', 'second', 'second', 'third'],
  );
  const [, second, again] = server.received.map(({ headers }) => headers['idempotency-key']);
  assert.equal(second, again);
});
