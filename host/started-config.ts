import { createHash } from 'node:crypto';
import type { LoadedConfig } from './config.ts';
import type { Home } from './paths.ts';
import { isSupervised, readRunState, readStartedConfig } from './run-state.ts';

/** A hash of each part of a configuration: where its file stands, each section, each account by itself. */
export type ConfigParts = Readonly<Record<string, string>>;

/** What a worker that trades reads of it, beside its account. */
const TRADED: ReadonlySet<string> = new Set(['file', 'defaultVenue', 'venues', 'policies', 'llm']);

export function configParts({ config, file }: LoadedConfig): ConfigParts {
  const { accounts, ...sections } = config;
  const parts = {
    file,
    ...sections,
    ...Object.fromEntries(Object.entries(accounts).map(([name, account]) => [accountPart(name), account])),
  };
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, hashOf(part)]));
}

/**
 * The parts of the configuration that trading an account rests on, and that the home's workers have otherwise than this process:
 * they read it when `up` started them. Of workers that `up` did not start nothing is known.
 */
export function outdatedParts(home: Home, loaded: LoadedConfig, account: string): string[] {
  const started = isSupervised(readRunState(home)) ? readStartedConfig(home) : null;
  if (started === null) return [];
  const now = configParts(loaded);
  return [...TRADED, accountPart(account)].filter(part => started[part] !== now[part]);
}

function accountPart(name: string): string {
  return `accounts.${name}`;
}

function hashOf(part: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(part ?? null))
    .digest('hex');
}
