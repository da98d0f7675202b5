import { setTimeout as sleep } from 'node:timers/promises';
import type { Home } from '../../host/paths.ts';
import { isRunning } from '../../host/process-identity.ts';
import { readRunState } from '../../host/run-state.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';

const PATIENCE_MS = 60_000;
/** The supervisor starts a process that lived this long again without delay. */
const SETTLED_MS = 12_000;
const POLL_MS = 5;

/** Ends the trading worker of a running account by SIGKILL. @returns ms until a later close has been decided */
export async function timeRecovery(home: Home, ledger: Ledger, account: string): Promise<number> {
  await untilSettled(home);
  const killedTime = Date.now();
  process.kill(tradingPid(ledger), 'SIGKILL');
  // A close that was under way may still be committed by then: it counts once a later one is.
  while ((ledger.account(account).lastCloseTime ?? 0) <= killedTime) {
    if (Date.now() > killedTime + PATIENCE_MS) throw new Error(`Account ${account} did not come back.`);
    await sleep(POLL_MS);
  }
  return Date.now() - killedTime;
}

/** Of the process that trades just now. */
export function tradingPid(ledger: Ledger): number {
  const holder = ledger.leaseHolder();
  if (holder === null || !isRunning(holder)) throw new Error('No worker trades.');
  return holder.pid;
}

/** One that trades and one that stands by, both for so long that they would be started again without delay. */
async function untilSettled(home: Home): Promise<void> {
  const started = () =>
    (readRunState(home)?.processes ?? [])
      .filter(({ name, identity }) => name.startsWith('worker-trading') && identity !== null)
      .map(({ startedTime }) => startedTime);
  while (started().filter(time => Date.now() > time + SETTLED_MS).length < 2) await sleep(POLL_MS);
}
