import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { NotificationSettings } from '../../contracts/notification-settings.ts';
import type { NotificationEvent } from '../../contracts/notifications.ts';
import { type Channel, deliveryFault } from './channels/channel.ts';
import type { Mailbox, Waiting } from './mailbox.ts';
import { type Message, messageOf, summaryOf } from './message.ts';
import { MINUTE_MS, nextDelivery } from './next-delivery.ts';
import { retryDelay } from './retry.ts';

export interface CarrierParts {
  readonly channel: Channel;
  readonly mailbox: Mailbox;
  readonly settings: Pick<NotificationSettings, 'events' | 'repeatMinutes' | 'perMinute'>;
  readonly log: Logger;
  readonly now: () => number;
}

/** Brings one channel what the mailbox holds for it. */
export interface Carrier {
  /** Does one thing; resolves to how long there is nothing to do, ms: 0 where more may wait, null where nothing does. */
  step(): Promise<number | null>;
  /** Steps until the signal; nothing that happens to a channel or the mailbox ends it. */
  run(signal: AbortSignal): Promise<void>;
}

/** Enough for a summary to tell the whole of a burst. */
const BATCH = 1_000;
const POLL_MS = 200;
const AFTER_FAULT_MS = 5_000;

export function createCarrier({ channel, mailbox, settings, log, now }: CarrierParts): Carrier {
  const { events, repeatMinutes, perMinute } = settings;
  const loudness = (event: NotificationEvent) => events[event] ?? 'on';
  let sent: number[] = [];
  let attempts = 0;
  let notBefore = 0;

  async function step(): Promise<number | null> {
    if (now() < notBefore) return notBefore - now();
    const waiting = await mailbox.waiting(channel.name, BATCH);
    if (waiting.length === 0) return null;
    const repeated = repetitions(waiting, repeatMinutes * MINUTE_MS, now());
    if (repeated.length > 0) {
      await mailbox.settle(channel.name, repeated, 'repetition', now());
      return 0;
    }
    sent = sent.filter(time => time > now() - MINUTE_MS);
    // The log has room for everything.
    const allowance = { sent, perMinute: channel.kind === 'log' ? Number.POSITIVE_INFINITY : perMinute };
    const next = nextDelivery(waiting, allowance, loudness, now());
    switch (next.kind) {
      case 'wait':
        return next.ms;
      case 'pass over':
        await mailbox.settle(channel.name, next.ids, 'off', now());
        return 0;
      case 'send':
        return await deliver([next.one], messageOf(String(next.one.id), next.one.notification, next.silent));
      case 'sum up': {
        const id = `${next.all[0].id}-${next.all.at(-1)!.id}`;
        const all = next.all.map(({ notification }) => notification);
        return await deliver(next.all, summaryOf(id, all, next.silent));
      }
    }
  }

  async function deliver(what: readonly Waiting[], message: Message): Promise<number> {
    const ids = what.map(({ id }) => id);
    try {
      await channel.send(message);
    } catch (error) {
      attempts++;
      const reason = (error as Error).message;
      const delay = retryDelay(deliveryFault(error), attempts, now() - message.at);
      log.warn({ channel: channel.name, attempts, delayMs: delay, reason }, 'notification not delivered');
      if (delay !== null) {
        notBefore = now() + delay;
        return delay;
      }
      await mailbox.settle(channel.name, ids, 'given up', now());
      attempts = 0;
      return 0;
    }
    attempts = 0;
    sent.push(now());
    await mailbox.settle(channel.name, ids, what.length > 1 ? 'summed up' : 'sent', now());
    return 0;
  }

  async function run(signal: AbortSignal): Promise<void> {
    const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
    let isJoined = false;
    let seen = '';
    let dueTime = 0;
    while (!signal.aborted) {
      try {
        if (!isJoined) await mailbox.join(channel.name);
        isJoined = true;
        const stamp = mailbox.stamp();
        const isDue = stamp !== seen || now() >= dueTime;
        const idleMs = isDue ? await step() : POLL_MS;
        if (isDue) {
          seen = stamp;
          dueTime = idleMs === null ? Number.POSITIVE_INFINITY : now() + idleMs;
        }
        // Short, although there may be long to wait: what is critical may arrive.
        if (idleMs !== 0) await pause(POLL_MS);
      } catch (error) {
        log.error({ channel: channel.name, error: (error as Error).message }, 'notifications are held up');
        await pause(AFTER_FAULT_MS);
      }
    }
  }

  return { step, run };
}

/** Those whose key was told a while ago, or stands earlier among those that wait. */
function repetitions(waiting: readonly Waiting[], windowMs: number, now: number): number[] {
  const earlier = new Map<string, number>();
  const repeated: number[] = [];
  for (const { id, toldAt, notification } of waiting) {
    const { key, at } = notification;
    const before = earlier.get(key);
    const isNear = before !== undefined && at - before < windowMs;
    if (isNear || (toldAt !== null && now - toldAt < windowMs)) repeated.push(id);
    else earlier.set(key, at);
  }
  return repeated;
}
