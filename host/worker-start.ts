import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlphaloomError } from '../contracts/errors.ts';
import { QUEUES, type Queue } from '../contracts/queues.ts';
import type { LoadedConfig } from './config.ts';
import { logFile, tailLogFile } from './log-file.ts';
import { CHECKOUT, type Home } from './paths.ts';
import { findManaged, readReady, readyFilePath } from './run-state.ts';
import type { ProcessPlan } from './supervisor.ts';
import type { SupervisorHandle } from './supervisor-handle.ts';

const NOTIFIER = 'notifier';
const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 50;
const TAIL_LINES = 15;
/** A worker that ends so often before it takes work is broken. */
const HOPELESS_RESTARTS = 3;

interface WorkersRequest {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
}

/**
 * Has the supervisor start a worker for each queue, and waits until each takes work.
 * @throws AlphaloomError WORKER_START_FAILED with its log's end
 */
export async function startWorkers(request: WorkersRequest, supervisor: SupervisorHandle): Promise<void> {
  const { home } = request;
  const plans = (Object.keys(QUEUES) as Queue[]).map(queue => workerPlan(queue, request));
  for (const { name } of plans) await rm(readyFilePath(home, name), { force: true });
  for (const plan of plans) supervisor.start(plan);
  supervisor.start(standbyPlan(request));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (const { name } of plans) {
    while (!isReady(home, name)) {
      const found = findManaged(home, name);
      if (found && found.restarts >= HOPELESS_RESTARTS)
        throw await failed(home, name, `it ended (${found.lastEnd})`);
      if (Date.now() > deadline) throw await failed(home, name, 'it takes no work after two minutes');
      await sleep(POLL_MS);
    }
  }
}

/**
 * Has the supervisor start what delivers notifications, and waits until it tried: whether they can be delivered decides
 * over nothing else.
 */
export async function startNotifier(request: WorkersRequest, supervisor: SupervisorHandle): Promise<void> {
  supervisor.start(commandPlan(NOTIFIER, ['notify', 'run'], request));
  while (findManaged(request.home, NOTIFIER) === null) await sleep(POLL_MS);
}

/** Name of a queue's worker among the processes of a home. */
export function workerName(queue: Queue): string {
  return `worker-${queue}`;
}

function workerPlan(queue: Queue, request: WorkersRequest): ProcessPlan {
  const name = workerName(queue);
  return commandPlan(name, ['worker', queue, '--ready-file', readyFilePath(request.home, name)], request);
}

/** Waits, with everything loaded, for the one that trades to die or to stand still. */
function standbyPlan(request: WorkersRequest): ProcessPlan {
  const plan = commandPlan(`${workerName('trading')}-standby`, ['worker', 'trading'], request);
  return { ...plan, standsInFor: workerName('trading') };
}

/** A command of ours as a process of the home. */
function commandPlan(
  name: string,
  words: readonly string[],
  { home, environment, loaded }: WorkersRequest,
): ProcessPlan {
  return {
    name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(CHECKOUT, 'cli/main.ts'), ...words],
    // With the same folder and file, a worker reads the configuration that `up` read.
    cwd: loaded.folder,
    environment: {
      ...environment,
      ALPHALOOM_HOME: home.root,
      ...(loaded.file === null ? {} : { ALPHALOOM_CONFIG: loaded.file }),
    },
  };
}

function isReady(home: Home, name: string): boolean {
  const pid = findManaged(home, name)?.identity?.pid;
  return pid !== undefined && readReady(home, name)?.pid === pid;
}

async function failed(home: Home, name: string, what: string): Promise<AlphaloomError> {
  const log = logFile(home.logs, name);
  const tail = await tailLogFile(log, TAIL_LINES);
  return new AlphaloomError(
    'WORKER_START_FAILED',
    `${name} did not start: ${what}. Its log, ${log}, ends:\n${tail.join('\n')}`,
    { name, log, tail },
  );
}
