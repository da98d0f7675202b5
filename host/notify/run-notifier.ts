import { join } from 'node:path';
import type { Logger } from 'pino';
import { AlphaloomError } from '../../contracts/errors.ts';
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts';
import type { LoadedConfig } from '../config.ts';
import { tryLock } from '../lock.ts';
import { type Home, readHomeId } from '../paths.ts';
import { readRunState } from '../run-state.ts';
import { connectTemporal, type TemporalConnection } from '../temporal-connection.ts';
import { createCarrier } from './carrier.ts';
import { openChannels } from './channels/index.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';
import { watchProcesses } from './watches/processes.ts';
import { watchRegistry } from './watches/registry.ts';
import { watchTrainings } from './watches/trainings.ts';
import { runWatch, type Watch } from './watches/watch.ts';

export interface NotifierRequest {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
  readonly log: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const DAY_MS = 86_400_000;
const KEPT_MS = 30 * DAY_MS;

/**
 * Watches everything that is told of, and tells the channels, until the signal. In a process of its own: a slow mail server
 * holds nothing up, and a dead worker can be told of.
 * @throws AlphaloomError STORE_BUSY where another notifier serves the home
 */
export async function runNotifier(request: NotifierRequest): Promise<void> {
  const { home, loaded, log, now, signal } = request;
  const lock = await tryLock(join(home.run, 'notifier.lock'));
  if (lock === null) {
    throw new AlphaloomError('STORE_BUSY', `Another notifier serves ${home.root}. Stop it first: down.`, {
      home: home.root,
    });
  }
  const settings = loaded.config.notifications;
  const mailbox = await openMailbox(home.notificationsDatabase, { now });
  const registry = await openSqliteRegistry(home.registryDatabase, { now });
  const channels = openChannels(settings, log);
  const trainings = lazyTrainingsWatch(request, mailbox);
  const watches: Watch[] = [
    watchRegistry(registry, mailbox),
    watchProcesses(() => readRunState(home), mailbox, now),
    trainings.watch,
    { name: 'old notifications', everyMs: DAY_MS, look: () => mailbox.prune(now() - KEPT_MS) },
  ];
  try {
    await Promise.all([
      ...watches.map(watch => runWatch(watch, log, signal)),
      ...channels.map(channel => createCarrier({ channel, mailbox, settings, log, now }).run(signal)),
    ]);
  } finally {
    for (const channel of channels) channel.close();
    await trainings.close();
    registry.close();
    mailbox.close();
    lock.release();
  }
}

/** Connects to Temporal at a look, and again after one that failed. */
function lazyTrainingsWatch(
  { home, environment, loaded, now }: NotifierRequest,
  mailbox: Mailbox,
): { readonly watch: Watch; close(): Promise<void> } {
  let open: { readonly temporal: TemporalConnection; readonly watch: Watch } | null = null;
  const close = async () => {
    const { temporal } = open ?? {};
    open = null;
    await temporal?.close();
  };
  const connect = async () => {
    const temporal = await connectTemporal(home, environment, loaded.config);
    const homeId = await readHomeId(home);
    return { temporal, watch: watchTrainings({ client: temporal.client, homeId, mailbox, now }) };
  };
  return {
    watch: {
      name: 'trainings',
      everyMs: 10_000,
      async look() {
        open ??= await connect();
        try {
          await open.watch.look();
        } catch (error) {
          await close();
          throw error;
        }
      },
    },
    close,
  };
}
