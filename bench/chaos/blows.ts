import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Home } from '../../host/paths.ts';
import { type ProcessIdentity, signalProcess } from '../../host/process-identity.ts';
import { findManaged, SERVER } from '../../host/run-state.ts';
import type { ExchangeProcess } from './exchange.ts';
import type { Strike } from './strikes.ts';

/** What came of a strike. */
export interface Blow {
  /** Since when the process may work again, epoch ms; null: it never came to the boundary. */
  readonly fromTime: number | null;
}

export interface Battlefield {
  readonly home: Home;
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
  const name = strike.target === 'temporal' ? SERVER : 'worker-trading';
  const identity = await findProcess(field.home, name);
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

/** One that has just ended is started again by the home’s supervisor. */
async function findProcess(home: Home, name: string): Promise<ProcessIdentity> {
  for (let waited = 0; waited < FOUND_MS; waited += POLL_MS) {
    const identity = findManaged(home, name)?.identity;
    if (identity) return identity;
    await sleep(POLL_MS);
  }
  throw new Error(`The supervisor has not started ${name} for a minute.`);
}
