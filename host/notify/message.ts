import {
  type Fact,
  NOTIFICATION_EVENTS,
  type Notification,
  type NotificationEvent,
  type Severity,
} from '../../contracts/notifications.ts';

/** What a channel is given: plain text, which each channel escapes for its own language. */
export interface Message {
  /** The same on every delivery of the same thing, for receivers that take out repetitions. */
  readonly id: string;
  readonly event: NotificationEvent;
  readonly severity: Severity;
  readonly subject: string;
  /** Epoch ms. */
  readonly at: number;
  /** Without a sound, where the channel knows of that. */
  readonly silent: boolean;
  readonly title: string;
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, Fact>>;
}

const MAX_FACT_CHARS = 300;
const MAX_FACTS = 20;
/** Of the shortest limit among the channels (Discord: 2,000), after every character was escaped by another. */
export const MAX_TEXT_CHARS = 900;

export function messageOf(id: string, notification: Notification, silent: boolean): Message {
  const { event, at } = notification;
  const { severity, summary } = NOTIFICATION_EVENTS[event];
  const subject = plainText(notification.subject);
  const facts = Object.fromEntries(
    Object.entries(notification.facts)
      .slice(0, MAX_FACTS)
      .map(([label, value]) => [plainText(label), typeof value === 'string' ? plainText(value) : value]),
  );
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== null && value !== '')
    .map(([label, value]) => `${label}: ${value}`);
  return { id, event, severity, subject, at, silent, title: `${summary}: ${subject}`, lines, facts };
}

/** One message for many that came at once: `12 more of Position opened`. */
export function summaryOf(id: string, notifications: readonly Notification[], silent: boolean): Message {
  const counts = new Map<NotificationEvent, number>();
  for (const { event } of notifications) counts.set(event, (counts.get(event) ?? 0) + 1);
  const [[event]] = counts;
  const facts = Object.fromEntries(
    Array.from(counts, ([name, count]) => [NOTIFICATION_EVENTS[name].summary, count]),
  );
  const severities = Array.from(counts.keys(), name => NOTIFICATION_EVENTS[name].severity);
  return {
    id,
    event,
    severity: severities.find(severity => severity !== 'info') ?? 'info',
    subject: '',
    at: notifications.at(-1)!.at,
    silent,
    title: `${notifications.length} more in short`,
    lines: Object.entries(facts).map(([summary, count]) => `${count} more of ${summary}`),
    facts,
  };
}

/** Title, lines and time as one plain text. */
export function messageText({ title, lines, at }: Message): string {
  const text = [title, ...lines].join('\n');
  const short = text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)} …` : text;
  return `${short}\n${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** One line without control characters (nor those that turn the writing's direction), addresses or great length. */
export function plainText(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    // An address may carry a token or a signature.
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .trim();
  return line.length > MAX_FACT_CHARS ? `${line.slice(0, MAX_FACT_CHARS)} …` : line;
}
