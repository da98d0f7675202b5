import { join } from 'node:path';
import type { Logger } from 'pino';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { LoadedConfig } from '../config.ts';
import { tryLock } from '../lock.ts';
import type { Home } from '../paths.ts';
import { createCarrier } from './carrier.ts';
import { openChannels } from './channels/index.ts';
import { openMailbox } from './mailbox.ts';
import { createWatches } from './watches/index.ts';
import { runWatch } from './watches/watch.ts';

export interface NotifierRequest {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly loaded: LoadedConfig;
  readonly log: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

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
  const channels = openChannels(settings, log);
  const watches = createWatches(request, mailbox);
  try {
    await Promise.all([
      ...watches.map(watch => runWatch(watch, log, signal)),
      ...channels.map(channel => createCarrier({ channel, mailbox, settings, log, now }).run(signal)),
    ]);
  } finally {
    for (const channel of channels) channel.close();
    for (const watch of watches) await watch.close?.();
    mailbox.close();
    lock.release();
  }
}
