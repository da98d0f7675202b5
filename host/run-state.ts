import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../storage/files.ts';
import type { Home } from './paths.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';

/** One process that the supervisor keeps alive. */
export interface ManagedProcess {
  readonly name: string;
  /** Null between an end and the next start. */
  readonly identity: ProcessIdentity | null;
  readonly startedTime: number;
  readonly restarts: number;
  /** How it ended last: `exit 1`, `SIGKILL`; null if it never did. */
  readonly lastEnd: string | null;
}

/** What the supervisor says of itself, in `run/state.json`, rewritten at every change. */
export interface RunState {
  readonly supervisor: ProcessIdentity;
  readonly startedTime: number;
  /** Hash of the configuration that `up` started everything with; null until it has. */
  readonly configHash: string | null;
  readonly processes: readonly ManagedProcess[];
}

/** Where the home's Temporal is, in `run/temporal.json`. */
export interface TemporalEndpoint {
  readonly address: string;
  readonly namespace: string;
  readonly uiAddress: string | null;
  readonly serverVersion: string;
}

export interface Ports {
  readonly port: number;
  readonly uiPort: number;
}

export const SERVER = 'temporal';

/** Synchronous, so that no process is started that a later `up` could not find again. */
export function writeRunState(home: Home, state: RunState): void {
  const path = statePath(home);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
}

export function readRunState(home: Home): RunState | null {
  return readJsonSync<RunState>(statePath(home));
}

export function findManaged(home: Home, name: string): ManagedProcess | null {
  return readRunState(home)?.processes.find(process => process.name === name) ?? null;
}

/** Whether the home's supervisor lives. */
export function isSupervised(state: RunState | null): state is RunState {
  return state !== null && isRunning(state.supervisor);
}

export async function writeEndpoint(home: Home, endpoint: TemporalEndpoint): Promise<void> {
  await writeFileAtomic(endpointPath(home), `${JSON.stringify(endpoint, null, 2)}\n`);
}

export function readEndpoint(home: Home): TemporalEndpoint | null {
  return readJsonSync<TemporalEndpoint>(endpointPath(home));
}

/** A hash of each part of the configuration that `up` starts everything with. */
export async function writeStartedConfig(home: Home, parts: Readonly<Record<string, string>>): Promise<void> {
  await writeFileAtomic(startedConfigPath(home), `${JSON.stringify(parts, null, 2)}\n`);
}

export function readStartedConfig(home: Home): Readonly<Record<string, string>> | null {
  return readJsonSync<Readonly<Record<string, string>>>(startedConfigPath(home));
}

/** Forgets what ran; the ports are kept for the next time. */
export async function clearRunState(home: Home): Promise<void> {
  await rm(endpointPath(home), { force: true });
  await rm(startedConfigPath(home), { force: true });
  await rm(statePath(home), { force: true });
}

/** The ports of the last time, so that addresses stay the same. */
export async function readPorts(home: Home): Promise<Ports | null> {
  try {
    return JSON.parse(await readFile(portsPath(home), 'utf8')) as Ports;
  } catch {
    return null;
  }
}

export async function writePorts(home: Home, ports: Ports): Promise<void> {
  await writeFileAtomic(portsPath(home), `${JSON.stringify(ports)}\n`);
}

export function supervisorLockPath(home: Home): string {
  return join(home.run, 'supervisor.lock');
}

export function upLockPath(home: Home): string {
  return join(home.run, 'up.lock');
}

/** What a worker writes once it takes work. */
export interface ReadyWorker {
  readonly pid: number;
  /** Whether its environment allows real orders. */
  readonly sendsOrders: boolean;
}

/** Of a worker that `up` has started; null where none has taken work. */
export function readReady(home: Home, name: string): ReadyWorker | null {
  return readJsonSync<ReadyWorker>(readyFilePath(home, name));
}

export function readyFilePath(home: Home, name: string): string {
  return join(home.run, `${name}.ready.json`);
}

function statePath(home: Home): string {
  return join(home.run, 'state.json');
}

function endpointPath(home: Home): string {
  return join(home.run, 'temporal.json');
}

function startedConfigPath(home: Home): string {
  return join(home.run, 'started-config.json');
}

function portsPath(home: Home): string {
  return join(home.run, 'ports.json');
}

/** A missing or damaged file says nothing: what runs is then found out anew. */
function readJsonSync<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}
