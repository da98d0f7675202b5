import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { runInProcess } from '../../models/workers/worker-process.ts';
import { startScript } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';

const MODULE = new URL('./worker-process-module.ts', import.meta.url);
const NEVER = new AbortController().signal;

test('an answer of megabytes comes whole, and the process is gone then', async () => {
  let pid = 0;
  const answer = await run<Float64Array>('answer', reported => {
    pid = reported;
  });
  assert.equal(answer.length, 2_000_000);
  assert.ok(answer.every(value => value === 0.5));
  assert.ok(!isAlive(pid));
});

test('an error comes with its code, message and details', async () => {
  await assert.rejects(run('fail'), { code: 'TRAINING_FAILED', message: 'As asked.', details: { at: 1 } });
});

test('told to stop, a call that never returns ends with its process', async () => {
  const stopping = new AbortController();
  let pid = 0;
  const running = run(
    'block',
    reported => {
      pid = reported;
      stopping.abort();
    },
    stopping.signal,
  );
  await assert.rejects(running, { code: 'TRAINING_CANCELLED' });
  assert.ok(!isAlive(pid));
});

test('told before, nothing is started', async () => {
  const running = run('answer', () => assert.fail('it was started'), AbortSignal.abort());
  await assert.rejects(running, { code: 'TRAINING_CANCELLED' });
});

test('a crash of native code ends the child alone, and is told as a fault, which is tried again', async () => {
  await assert.rejects(run('crash'), { code: 'INTERNAL', message: /by SIGSEGV/ });
});

test('an error that nobody caught is told in its words', async () => {
  await assert.rejects(run('throw'), { code: 'TRAINING_FAILED', message: /Nobody caught this/ });
});

test('a module that ends without an answer is told', async () => {
  await assert.rejects(run('leave'), { code: 'TRAINING_FAILED', message: /without an answer/ });
});

test('when the parent is killed, the child ends too, in whatever call it is', async () => {
  const parent = startScript(join(import.meta.dirname, 'worker-process-parent.ts'), []);
  const [line] = await once(parent.stdout!, 'data');
  const pid = Number(line);
  assert.ok(isAlive(pid));
  parent.kill('SIGKILL');
  await eventually('the child ended', () => !isAlive(pid));
});

async function run<Result>(
  kind: string,
  onProgress: (pid: number) => void = () => {},
  signal: AbortSignal = NEVER,
): Promise<Result> {
  return await runInProcess<number, Result>(MODULE, { kind }, onProgress, signal);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
