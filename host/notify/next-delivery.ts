import {
  type Loudness,
  NOTIFICATION_EVENTS,
  type Notification,
  type NotificationEvent,
} from '../../contracts/notifications.ts';
import type { Waiting } from './mailbox.ts';

/** What a channel does next with what waits for it. */
export type NextDelivery =
  /** Settled without a word. */
  | { readonly kind: 'pass over'; readonly ids: readonly number[] }
  | { readonly kind: 'send'; readonly one: Waiting; readonly silent: boolean }
  /** Many in one message. */
  | { readonly kind: 'sum up'; readonly all: readonly Waiting[]; readonly silent: boolean }
  | { readonly kind: 'wait'; readonly ms: number };

/** Messages that a channel may still send in the running minute. */
export interface Allowance {
  /** Times of sending within the last minute, epoch ms, the oldest first. */
  readonly sent: readonly number[];
  readonly perMinute: number;
}

export const MINUTE_MS = 60_000;

/**
 * Critical ones go first and are never held back; of the others each is sent until one message is left in the minute,
 * which then sums up all the rest. `waiting` is not empty, the oldest first.
 */
export function nextDelivery(
  waiting: readonly Waiting[],
  { sent, perMinute }: Allowance,
  loudness: (event: NotificationEvent) => Loudness,
  now: number,
): NextDelivery {
  const off = waiting.filter(({ notification }) => loudness(notification.event) === 'off');
  if (off.length > 0) return { kind: 'pass over', ids: off.map(({ id }) => id) };
  const isSilent = ({ event }: Notification) => loudness(event) === 'silent';
  const critical = waiting.find(
    ({ notification }) => NOTIFICATION_EVENTS[notification.event].severity === 'critical',
  );
  if (critical) return { kind: 'send', one: critical, silent: isSilent(critical.notification) };
  const left = perMinute - sent.length;
  if (left <= 0) return { kind: 'wait', ms: Math.max(1, sent[sent.length - perMinute] + MINUTE_MS - now) };
  if (left > 1 || waiting.length === 1) {
    return { kind: 'send', one: waiting[0], silent: isSilent(waiting[0].notification) };
  }
  return {
    kind: 'sum up',
    all: waiting,
    silent: waiting.every(({ notification }) => isSilent(notification)),
  };
}
