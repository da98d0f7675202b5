import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { link, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AlphaloomError } from '../contracts/errors.ts';
import { explainDiskErrors, temporaryName, writeFileAtomic } from '../storage/files.ts';

/** The folder that holds the launcher. */
export const CHECKOUT = join(import.meta.dirname, '..');

/** Where everything of one home is kept. */
export interface Home {
  readonly root: string;
  /** Parquet history `<venue>/<symbol>/<timeframe>/<yyyy>.parquet`. */
  readonly candles: string;
  /** Recent bars. */
  readonly candlesDatabase: string;
  readonly artifacts: string;
  readonly features: string;
  /** `<venue>/<symbol>/<timeframe>/v0007/`. */
  readonly models: string;
  /** What backtests wrote that were told no other folder. */
  readonly backtests: string;
  readonly registryDatabase: string;
  /** What accounts have decided, sent and got. */
  readonly ledgerDatabase: string;
  /** What is to be told, to which channel it was told, and how far its sources were read. */
  readonly notificationsDatabase: string;
  readonly temporalDatabase: string;
  /** Version of the server that made the database, beside it. */
  readonly temporalVersionFile: string;
  readonly logs: string;
  /** What runs: locks, the supervisor's state, ready files. */
  readonly run: string;
  /** The demo's own home. */
  readonly demo: string;
  readonly idFile: string;
}

/**
 * `ALPHALOOM_HOME`, or `.alphaloom` in the checkout; relative paths are relative to `cwd`.
 * @throws AlphaloomError CONFIG_INVALID where a file stands in the way
 */
export function resolveHome(environment: NodeJS.ProcessEnv, cwd: string): Home {
  const named = environment.ALPHALOOM_HOME;
  const root = named ? resolve(cwd, named) : join(CHECKOUT, '.alphaloom');
  if (canBeFolder(root)) return homeAt(root);
  throw new AlphaloomError(
    'CONFIG_INVALID',
    `The home must be a folder; ${root} is, or lies under, a file.`,
    {
      path: 'ALPHALOOM_HOME',
      value: root,
    },
  );
}

/** It is a folder, or the first that is there on the way up to the root is one. */
function canBeFolder(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found) return found.isDirectory();
    return dirname(path) === path || canBeFolder(dirname(path));
  } catch {
    // Missing permissions are told of by whoever first reads or writes there.
    return true;
  }
}

export function homeAt(root: string): Home {
  return {
    root,
    candles: join(root, 'candles'),
    candlesDatabase: join(root, 'candles.sqlite'),
    artifacts: join(root, 'artifacts'),
    features: join(root, 'features'),
    models: join(root, 'models'),
    backtests: join(root, 'backtests'),
    registryDatabase: join(root, 'registry.sqlite'),
    ledgerDatabase: join(root, 'ledger.sqlite'),
    notificationsDatabase: join(root, 'notifications.sqlite'),
    temporalDatabase: join(root, 'temporal.sqlite'),
    temporalVersionFile: join(root, 'temporal.version'),
    logs: join(root, 'logs'),
    run: join(root, 'run'),
    demo: join(root, 'demo'),
    idFile: join(root, 'home-id'),
  };
}

/**
 * The home's random id (12 hex digits), made at the first call; task queues carry it. Of two processes that make it at
 * once, both get the same.
 * @throws AlphaloomError PERMISSION_DENIED, DISK_FULL
 */
export async function readHomeId(home: Home): Promise<string> {
  const present = await readId(home);
  if (present !== null) return present;
  const temporary = temporaryName(home.idFile);
  await writeFileAtomic(temporary, `${randomBytes(6).toString('hex')}\n`);
  try {
    // A hard link fails where the name is taken: the first process wins.
    await link(temporary, home.idFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readId(home))!;
}

async function readId(home: Home): Promise<string | null> {
  try {
    return (await explainDiskErrors(home.idFile, () => readFile(home.idFile, 'utf8'))).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
