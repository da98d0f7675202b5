import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Queue } from '../contracts/queues.ts';
import { dataConverter } from '../workers/data-converter.ts';
import { createWorker } from '../workers/worker.ts';
import { composeRooms } from './compose.ts';
import { type LoadedConfig, trainingConcurrency } from './config.ts';
import { createLog } from './log.ts';
import { type Home, readHomeId } from './paths.ts';
import { sdkFields } from './sdk-log.ts';
import { temporalSettings } from './temporal-connection.ts';
import { leaveLastWorker } from './trading/leave-last-worker.ts';
import { openTrading } from './trading/open-trading.ts';

interface WorkersRequest {
  readonly queues: readonly Queue[];
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
  /** Aborting it stops after the work in hand. */
  readonly signal: AbortSignal;
  onReady(): Promise<void>;
}

/** Runs the workers of the given queues in this process until the signal. */
export async function runWorkers(request: WorkersRequest): Promise<void> {
  const { queues, home, environment, loaded, signal } = request;
  const log = createLog(loaded.config.log.level, process.stderr);
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
      log[level === 'ERROR' ? 'error' : 'warn'](sdkFields(meta), message),
    ),
  });
  const { namespace, connection: options } = await temporalSettings(home, environment, loaded.config);
  const connection = await NativeConnection.connect(options);
  const client = new Client({ connection, namespace, dataConverter });
  const rooms = await composeRooms({ home, environment, loaded, client });
  const ending = new AbortController();
  const stopping = AbortSignal.any([signal, ending.signal]);
  const trading = queues.includes('trading')
    ? await openTrading({ rooms, loaded, environment, log, signal: stopping, onLost: () => ending.abort() })
    : null;
  let isStandby = false;
  try {
    const homeId = await readHomeId(home);
    const maxTrainings = trainingConcurrency(loaded.config);
    const settings = { connection, namespace, homeId, rooms, trading, maxTrainings };
    const workers = await Promise.all(queues.map(queue => createWorker(queue, settings)));
    const others = Promise.all(
      workers.filter((_, at) => queues[at] !== 'trading').map(worker => runUntil(stopping, worker)),
    );
    others.catch(() => ending.abort());
    let traded: Promise<void> | undefined;
    if (trading !== null) {
      isStandby = !(await trading.begin());
      if (!isStandby) {
        await leaveLastWorker(client, trading.ledger.accounts(), log);
        traded = runUntil(stopping, workers[queues.indexOf('trading')]);
      }
    }
    if (!isStandby) await request.onReady();
    await Promise.all([others, traded]);
  } finally {
    await trading?.close();
    await rooms.close();
    // A worker that never ran holds its connection: the end of the process ends both.
    if (!isStandby) await connection.close();
  }
}

async function runUntil(signal: AbortSignal, worker: Worker): Promise<void> {
  const running = worker.run();
  const stop = () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  await running;
}
