import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Home } from '../../host/paths.ts';
import { isRunning, type ProcessIdentity, signalProcess } from '../../host/process-identity.ts';
import { findManaged, SERVER } from '../../host/run-state.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { ExchangeProcess } from './exchange.ts';
import type { Strike } from './strikes.ts';

/** What came of a strike. */
export interface Blow {
  /** Since when the process may work again, epoch ms; null: it never came to the boundary. */
  readonly fromTime: number | null;
}

export interface Battlefield {
  readonly home: Home;
  readonly ledger: Ledger;
  readonly exchange: ExchangeProcess;
  /** Where the worker reads at which boundary it is to end. */
  readonly killFile: string;
}

const FOUND_MS = 60_000;
const BOUNDARY_MS = 15_000;
const POLL_MS = 20;

/** Carries a strike out; resolves when the process is free to work (or to be started) again. */
export async function strikeAt(field: Battlefield, strike: Strike): Promise<Blow> {
  if (strike.way === 'boundary') return await atBoundary(field, `${strike.boundary}:${strike.passing}`);
  if (strike.target === 'exchange') return await atExchange(field.exchange, strike);
  const identity = await findProcess(field, strike.target);
  if (strike.way === 'kill') signalProcess(identity, 'SIGKILL');
  else {
    signalProcess(identity, 'SIGSTOP');
    await sleep(strike.awayMs);
    signalProcess(identity, 'SIGCONT');
  }
  return { fromTime: Date.now() };
}

async function atBoundary({ killFile }: Battlefield, order: string): Promise<Blow> {
  writeFileSync(killFile, order);
  for (let waited = 0; waited < BOUNDARY_MS; waited += POLL_MS) {
    // The worker takes the file away, and then itself.
    if (!existsSync(killFile)) return { fromTime: Date.now() };
    await sleep(POLL_MS);
  }
  rmSync(killFile, { force: true });
  return { fromTime: null };
}

async function atExchange(exchange: ExchangeProcess, { way, awayMs }: Strike): Promise<Blow> {
  if (way === 'kill') {
    await exchange.end();
    await sleep(awayMs);
    await exchange.start();
  } else {
    exchange.signal('SIGSTOP');
    await sleep(awayMs);
    exchange.signal('SIGCONT');
  }
  return { fromTime: Date.now() };
}

/** The server, or the worker that trades just now; one that has just ended is started again, or another one takes over. */
async function findProcess(
  { home, ledger }: Battlefield,
  target: 'temporal' | 'worker',
): Promise<ProcessIdentity> {
  for (let waited = 0; waited < FOUND_MS; waited += POLL_MS) {
    const identity = target === 'temporal' ? findManaged(home, SERVER)?.identity : ledger.leaseHolder();
    if (identity && isRunning(identity)) return identity;
    await sleep(POLL_MS);
  }
  throw new Error(`No ${target} has run for a minute.`);
}
