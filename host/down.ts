import { withLock } from './lock.ts';
import type { Home } from './paths.ts';
import { endProcesses, isRunning, type ProcessIdentity } from './process-identity.ts';
import { clearRunState, type RunState, readRunState, SERVER, upLockPath } from './run-state.ts';

/** The supervisor itself waits ten seconds for its workers and ten for its server. */
const SUPERVISOR_GRACE_MS = 30_000;
const GRACE_MS = 10_000;

export interface DownReport {
  /** Names of what ran and was ended. */
  readonly stopped: readonly string[];
}

/** Ends what `up` started: workers first, then the server. Where nothing runs, nothing happens. */
export async function down(home: Home, onWait: () => void): Promise<DownReport> {
  return await withLock(upLockPath(home), onWait, async () => {
    const stopped = namesOfRunning(readRunState(home));
    await endLeftovers(home);
    return { stopped };
  });
}

/** Whether anything of the home runs: where nothing does, nobody looks after its accounts anyway. */
export function isAnythingRunning(home: Home): boolean {
  return namesOfRunning(readRunState(home)).length > 0;
}

/**
 * Ends what the home's state names: the supervisor in its orderly way, then, by their recorded identity, children that
 * outlived a killed supervisor.
 */
export async function endLeftovers(home: Home): Promise<void> {
  const state = readRunState(home);
  if (state && isRunning(state.supervisor)) await endProcesses([state.supervisor], SUPERVISOR_GRACE_MS);
  // Read again: the supervisor may have started something again before it stopped.
  const processes = readRunState(home)?.processes ?? [];
  const identities = (isServer: boolean) =>
    processes
      .filter(({ name }) => (name === SERVER) === isServer)
      .map(({ identity }) => identity)
      .filter((identity): identity is ProcessIdentity => identity !== null);
  await endProcesses(identities(false), GRACE_MS);
  await endProcesses(identities(true), GRACE_MS);
  await clearRunState(home);
}

function namesOfRunning(state: RunState | null): string[] {
  if (state === null) return [];
  return state.processes
    .filter(({ identity }) => identity !== null && isRunning(identity))
    .map(({ name }) => name);
}
