import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that can't be mistaken for a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; with it a recycled pid is never taken for the process. */
  readonly started: string;
}

/** Who runs under a pid now; null where nobody does (a zombie is nobody). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedByPs(pid);
  return started === null ? null : { pid, started };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.started === identity.started;
}

/** Sends a signal to exactly that process; nothing happens where it has ended. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks processes to end, waits, and kills those that don't; resolves when all have ended. */
export async function endProcesses(identities: readonly ProcessIdentity[], graceMs: number): Promise<void> {
  for (const identity of identities) signalProcess(identity, 'SIGTERM');
  if (await haveEnded(identities, graceMs)) return;
  for (const identity of identities) signalProcess(identity, 'SIGKILL');
  await haveEnded(identities, KILL_WAIT_MS);
}

const KILL_WAIT_MS = 5_000;
const POLL_MS = 50;

export async function haveEnded(identities: readonly ProcessIdentity[], withinMs: number): Promise<boolean> {
  for (let waited = 0; identities.some(isRunning); waited += POLL_MS) {
    if (waited >= withinMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Boot and clock ticks since it: fields 3 (state) and 22 (start) of `stat`, counted after the name, which may hold anything. */
function startedOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return null;
  }
}

function startedByPs(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? null : line.slice(line.indexOf(' ') + 1).trim();
  } catch {
    return null;
  }
}
