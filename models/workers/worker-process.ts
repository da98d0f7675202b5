import { fork } from 'node:child_process';
import { join } from 'node:path';
import { AlphaloomError } from '../../contracts/errors.ts';
import { asError, trainingCancelled, type WorkerMessage } from './worker-thread.ts';

const MAIN = join(import.meta.dirname, 'worker-process-main.ts');
/** Of what the process wrote to stderr, so much is told where it ends without an answer. */
const TOLD_CHARACTERS = 500;

/**
 * Runs a module as `runInThread` does, in a child process that ends at once when told, whatever native call it is in, and
 * when this process ends. A crash of the module's native code ends the child alone.
 * @param data what the module finds as `workerData`; typed arrays are copied, memory can't be shared
 * @throws whatever error the module reports; AlphaloomError TRAINING_CANCELLED where it was ended, TRAINING_FAILED where it
 *   ended without an answer, INTERNAL where a signal ended it
 */
export function runInProcess<Progress, Result>(
  module: URL,
  data: unknown,
  onProgress: (progress: Progress) => void,
  end: AbortSignal,
): Promise<Result> {
  if (end.aborted) return Promise.reject(trainingCancelled());
  return new Promise((resolve, reject) => {
    const child = fork(MAIN, [module.href], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-TOLD_CHARACTERS);
    });
    let settle = (signal: NodeJS.Signals | null): void => reject(endedEarly(signal, stderr));
    const kill = (): boolean => child.kill('SIGKILL');
    const cancel = (): void => {
      settle = () => reject(trainingCancelled());
      kill();
    };
    end.addEventListener('abort', cancel, { once: true });
    child.on('message', (message: WorkerMessage<Progress, Result>) => {
      if (message.kind === 'progress') return onProgress(message.progress);
      if (message.kind === 'done') settle = () => resolve(message.result);
      else settle = () => reject(asError(message.error));
      // It has nothing more to do: memory it holds need not be freed piece by piece.
      kill();
    });
    child.on('error', error => {
      end.removeEventListener('abort', cancel);
      reject(error);
    });
    child.on('close', (_code, signal) => {
      end.removeEventListener('abort', cancel);
      settle(signal);
    });
    child.send(data as object, () => {});
  });
}

/** By a signal: killed, out of memory, crashed. That may pass, so it is a fault, which is tried again a few times. */
function endedEarly(signal: NodeJS.Signals | null, stderr: string): AlphaloomError {
  const hint = signal === 'SIGKILL' ? ' (out of memory?)' : '';
  const words = stderr.trim();
  return new AlphaloomError(
    signal === null ? 'TRAINING_FAILED' : 'INTERNAL',
    `The training’s process ended without an answer${signal ? `, by ${signal}${hint}` : ''}${words ? `: ${words}` : '.'}`,
    { signal, stderr: words },
  );
}
