import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlphaloomError } from '../contracts/errors.ts';
import { logFile, openLogFile, tailLogFile } from './log-file.ts';
import type { Home } from './paths.ts';
import { haveEnded, identifyProcess } from './process-identity.ts';
import { readRunState } from './run-state.ts';
import { EXIT_SECOND, type ProcessPlan, type SupervisorOrder } from './supervisor.ts';

/** The supervisor as `up` sees it while it starts things; if `up` ends before `keep`, the supervisor ends all. */
export interface SupervisorHandle {
  start(plan: ProcessPlan): void;
  /** Lets it go on alone; resolves when it has said so. */
  keep(configHash: string): Promise<void>;
  /** Resolves when it has ended everything and itself. */
  abandon(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const END_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** Starts a supervisor in a session of its own, and waits until it serves the home. */
export async function startSupervisor(home: Home, environment: NodeJS.ProcessEnv): Promise<SupervisorHandle> {
  const log = logFile(home.logs, 'supervisor');
  const child = await openLogFile(log, descriptor =>
    spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(import.meta.dirname, 'supervisor-process.ts'),
        home.root,
      ],
      {
        cwd: home.root,
        env: environment,
        detached: true,
        stdio: ['ignore', descriptor, descriptor, 'ipc'],
      },
    ),
  );
  let ended: string | null = null;
  child.once('error', error => {
    ended = error.message;
  });
  child.once('exit', code => {
    ended = code === EXIT_SECOND ? 'another one serves this home; try again in some seconds' : `exit ${code}`;
  });
  // It would keep this process alive until the supervisor ends.
  child.unref();
  const until = async (isReached: () => boolean) => {
    for (let waited = 0; !isReached(); waited += POLL_MS) {
      if (ended === null && waited < START_TIMEOUT_MS) await sleep(POLL_MS);
      else {
        const tail = await tailLogFile(log, 5);
        throw new AlphaloomError(
          'TEMPORAL_START_FAILED',
          `The supervisor did not start: ${ended ?? 'no answer'}. Its log, ${log}, ends:\n${tail.join('\n')}`,
          { log, tail },
        );
      }
    }
  };
  const order = (message: SupervisorOrder) => child.send(message);
  await until(() => readRunState(home)?.supervisor.pid === child.pid);
  return {
    start: plan => order({ start: plan }),
    async keep(configHash) {
      order({ keep: configHash });
      await until(() => readRunState(home)?.configHash === configHash);
      child.disconnect();
    },
    async abandon() {
      const identity = child.pid === undefined ? null : identifyProcess(child.pid);
      if (child.connected) child.disconnect();
      if (identity) await haveEnded([identity], END_TIMEOUT_MS);
    },
  };
}
