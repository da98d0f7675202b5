import type { Logger } from 'pino';
import {
  isNotificationEvent,
  type NotificationOutbox,
  type OutboxEntry,
} from '../../../contracts/notifications.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Look } from './watch.ts';

const BATCH = 100;
const UNKNOWN_RETRY_MS = 3_600_000;

interface OutboxParts {
  /** Unique among the outboxes of a home, the ledger's id among its parts. */
  readonly source: string;
  readonly outbox: NotificationOutbox;
  readonly mailbox: Mailbox;
  readonly log: Logger;
  readonly now: () => number;
}

/**
 * Takes over what was written in the transaction of what it tells of. Where the process ends between taking over and saying
 * so, the same entries come again and are known by their ids.
 */
export function watchOutbox({ source, outbox, mailbox, log, now }: OutboxParts): Look {
  async function takeOver({ id, notification }: OutboxEntry): Promise<void> {
    const { event } = notification;
    if (isNotificationEvent(event)) {
      await mailbox.post([{ source, sourceId: id, notification: { ...notification, event } }]);
      await outbox.delivered(id, now());
      return;
    }
    // Written by a newer program: this one may be replaced by it.
    log.error({ source, id, event }, 'an unknown event waits in the outbox');
    await outbox.failed(id, now(), now() + UNKNOWN_RETRY_MS);
  }
  return {
    async look() {
      for (;;) {
        const entries = await outbox.due(now(), BATCH);
        for (const entry of entries) await takeOver(entry);
        if (entries.length < BATCH) return;
      }
    },
  };
}
