import { Worker } from 'node:worker_threads';
import { AlphaloomError, type ErrorCode } from '../../contracts/errors.ts';

/** What a worker thread says; `progress` any number of times, then one of the others. */
export type WorkerMessage<Progress, Result> =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: PortableError };

/** An AlphaloomError as it crosses to another thread. */
export interface PortableError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Runs a module in a worker thread and answers when the thread has ended: nothing of it is left then.
 * @param data what the module finds as `workerData`; typed arrays over SharedArrayBuffer are not copied
 * @param end ends the thread where it stands; a native call is ended when it returns
 * @throws whatever error the thread reports; AlphaloomError TRAINING_CANCELLED where it was ended
 */
export function runInThread<Progress, Result>(
  module: URL,
  data: unknown,
  onProgress: (progress: Progress) => void,
  end: AbortSignal,
): Promise<Result> {
  if (end.aborted) return Promise.reject(trainingCancelled());
  return new Promise((resolve, reject) => {
    let settle = (): void =>
      reject(new AlphaloomError('INTERNAL', 'A worker thread ended without an answer.'));
    const worker = new Worker(module, { workerData: data });
    const terminate = (): void => {
      settle = () => reject(trainingCancelled());
      void worker.terminate();
    };
    end.addEventListener('abort', terminate, { once: true });
    worker.on('message', (message: WorkerMessage<Progress, Result>) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'done') settle = () => resolve(message.result);
      else settle = () => reject(asError(message.error));
    });
    worker.on('error', error => {
      settle = () => reject(error);
    });
    worker.on('exit', () => {
      end.removeEventListener('abort', terminate);
      settle();
    });
  });
}

export function trainingCancelled(): AlphaloomError {
  return new AlphaloomError('TRAINING_CANCELLED', 'Training was cancelled; nothing of it was kept.');
}

export function portable(error: unknown): PortableError {
  if (error instanceof AlphaloomError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), details: {} };
}

export function asError({ code, message, details }: PortableError): AlphaloomError {
  return new AlphaloomError(code, message, details);
}
