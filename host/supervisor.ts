import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { logFile, openLogFile, rotateLogFile } from './log-file.ts';
import type { Home } from './paths.ts';
import { endProcesses, identifyProcess, type ProcessIdentity } from './process-identity.ts';
import { type ManagedProcess, SERVER, supervisorLockPath, writeRunState } from './run-state.ts';

/** A process to keep alive. */
export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The home where this folder is gone. */
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The process that this one stands in for when it ends, and the other way round; it is started once that one has settled. */
  readonly standsInFor?: string;
}

/** What `up` tells the supervisor over their channel. */
export type SupervisorOrder = { readonly start: ProcessPlan } | { readonly keep: string };

/** Exit code of a supervisor where another one serves the home. */
export const EXIT_SECOND = 75;

export interface Supervisor {
  /** Starts a process and starts it again whenever it ends. */
  start(plan: ProcessPlan): void;
  /** Everything is up: goes on without the `up` that started it. */
  keep(configHash: string): void;
  /** Ends the workers, then the server, and resolves when all have ended. */
  stop(): Promise<void>;
}

interface SupervisorSettings {
  readonly home: Home;
  readonly log: Logger;
  readonly now: () => number;
}

const GRACE_MS = 10_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;
/** A process that lived this long starts again without delay. */
const SETTLED_MS = 10_000;
const UPKEEP_MS = 5_000;
/** What a process that takes over has to do is done by then. */
const TAKEOVER_MS = 4_000;
const POLL_MS = 100;

/** Keeps processes alive, writes what it does to `run/state.json`, and rotates their logs. */
export function createSupervisor({ home, log, now }: SupervisorSettings): Supervisor {
  const supervisor = identifyProcess(process.pid)!;
  const startedTime = now();
  const processes = new Map<string, ManagedProcess>();
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  /** Each of two that stand in for each other. */
  const partners = new Map<string, string>();
  let configHash: string | null = null;

  const writeStrictly = () =>
    writeRunState(home, { supervisor, startedTime, configHash, processes: [...processes.values()] });
  // A full disk or a removed home must not end the one that looks after the others.
  const write = () => survive(writeStrictly);
  const update = (name: string, change: Partial<ManagedProcess>) => {
    const before = processes.get(name) ?? {
      name,
      identity: null,
      startedTime: now(),
      restarts: 0,
      lastEnd: null,
    };
    processes.set(name, { ...before, ...change });
    write();
  };

  async function keepRunning(plan: ProcessPlan): Promise<void> {
    let delay = FIRST_DELAY_MS;
    if (plan.standsInFor !== undefined) {
      partners.set(plan.name, plan.standsInFor).set(plan.standsInFor, plan.name);
      await pause(SETTLED_MS);
    }
    for (let restarts = 0; !stopping.signal.aborted; restarts++) {
      const started = now();
      const end = await runOnce(plan, identity =>
        update(plan.name, { identity, startedTime: started, restarts }),
      );
      update(plan.name, { identity: null, lastEnd: end });
      if (stopping.signal.aborted) return;
      if (now() - started > SETTLED_MS) delay = 0;
      log.warn({ process: plan.name, end, restarts, delayMs: delay }, 'ended; will be started again');
      await pause(delay);
      await leaveToPartner(plan.name);
      delay = Math.min(Math.max(delay * 2, FIRST_DELAY_MS), LONGEST_DELAY_MS);
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  /** Whoever takes over has the machine to itself; where it ends too, nobody waits. */
  async function leaveToPartner(name: string): Promise<void> {
    const partner = partners.get(name);
    const isAlive = () => partner !== undefined && (processes.get(partner)?.identity ?? null) !== null;
    for (let waited = 0; isAlive() && waited < TAKEOVER_MS && !stopping.signal.aborted; waited += POLL_MS)
      await pause(POLL_MS);
  }

  async function runOnce(
    plan: ProcessPlan,
    onStart: (identity: ProcessIdentity | null) => void,
  ): Promise<string> {
    try {
      const child = await openLogFile(logFile(home.logs, plan.name), descriptor =>
        spawnPlan(plan, home, descriptor),
      );
      if (child.pid !== undefined) onStart(identifyProcess(child.pid));
      log.info({ process: plan.name, pid: child.pid }, 'started');
      return await ended(child);
    } catch (error) {
      return `could not start: ${(error as Error).message}`;
    }
  }

  const survive = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error({ error: (error as Error).message }, 'could not write');
    }
  };
  const upkeep = setInterval(() => {
    // The home was removed (a child's log may have made its folder again); or anyone could take the lock beside us.
    if (!existsSync(supervisorLockPath(home))) process.kill(process.pid, 'SIGTERM');
    else {
      write();
      for (const name of [...processes.keys(), 'supervisor'])
        rotateLogFile(logFile(home.logs, name)).catch(error =>
          log.error({ error: error.message }, 'could not rotate'),
        );
    }
  }, UPKEEP_MS);

  writeStrictly();
  return {
    start(plan) {
      loops.push(keepRunning(plan));
    },
    keep(hash) {
      configHash = hash;
      write();
    },
    async stop() {
      stopping.abort();
      clearInterval(upkeep);
      const running = [...processes.values()].filter(({ identity }) => identity !== null);
      const [servers, workers] = [true, false].map(isServer =>
        running.filter(({ name }) => (name === SERVER) === isServer).map(({ identity }) => identity!),
      );
      await endProcesses(workers, GRACE_MS);
      await endProcesses(servers, GRACE_MS);
      await Promise.all(loops);
    },
  };
}

function spawnPlan(plan: ProcessPlan, home: Home, descriptor: number): ChildProcess {
  return spawn(plan.command, plan.args, {
    cwd: existsSync(plan.cwd) ? plan.cwd : home.root,
    env: plan.environment,
    stdio: ['ignore', descriptor, descriptor],
  });
}

/** How it ended: `exit 1`, `SIGKILL`. */
function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
}
