import { setTimeout as sleep } from 'node:timers/promises';
import type { Home } from '../../host/paths.ts';
import { findManaged } from '../../host/run-state.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';

const PATIENCE_MS = 60_000;
/** The supervisor starts a process that lived this long again without delay. */
const SETTLED_MS = 12_000;
const POLL_MS = 5;

/** Ends the trading worker of a running account by SIGKILL. @returns ms until a later close has been decided */
export async function timeRecovery(home: Home, ledger: Ledger, account: string): Promise<number> {
  await untilSettled(home);
  const killedTime = Date.now();
  process.kill(workerPid(home), 'SIGKILL');
  // A close that was under way may still be committed by then: it counts once a later one is.
  while ((ledger.account(account).lastCloseTime ?? 0) <= killedTime) {
    if (Date.now() > killedTime + PATIENCE_MS) throw new Error(`Account ${account} did not come back.`);
    await sleep(POLL_MS);
  }
  return Date.now() - killedTime;
}

export function workerPid(home: Home): number {
  const pid = findManaged(home, 'worker-trading')?.identity?.pid;
  if (pid === undefined) throw new Error('The trading worker does not run.');
  return pid;
}

async function untilSettled(home: Home): Promise<void> {
  const started = findManaged(home, 'worker-trading')?.startedTime ?? Date.now();
  await sleep(Math.max(0, started + SETTLED_MS - Date.now()));
}
