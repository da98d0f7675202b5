import type { Logger } from 'pino';
import type { Severity } from '../../../contracts/notifications.ts';
import type { Channel } from './channel.ts';

const LEVELS = { info: 'info', warning: 'warn', critical: 'error' } as const satisfies Record<
  Severity,
  string
>;

/** The log itself: always there, so that what every other channel failed to tell can be read. */
export function logChannel(log: Logger): Channel {
  return {
    name: 'log',
    kind: 'log',
    async send({ event, severity, subject, title, facts, at }) {
      log[LEVELS[severity]]({ notification: event, subject, facts, at: new Date(at).toISOString() }, title);
    },
    close() {},
  };
}
