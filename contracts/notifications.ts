/** How loud a notification is; `critical` ones are never held back behind others. */
export type Severity = 'info' | 'warning' | 'critical';

/** `silent`: delivered without a sound, where the channel knows of that. */
export const LOUDNESS = ['on', 'silent', 'off'] as const;
export type Loudness = (typeof LOUDNESS)[number];

interface EventMeaning {
  readonly severity: Severity;
  /** The headline of its messages. */
  readonly summary: string;
}

/** The closed set of what is told. Add a line here, and one in docs/notifications.md. */
export const NOTIFICATION_EVENTS = {
  // trading
  'trade-opened': { severity: 'info', summary: 'Position opened' },
  'trade-closed': { severity: 'info', summary: 'Position closed' },
  'order-rejected': { severity: 'warning', summary: 'Order rejected' },
  'order-unknown': { severity: 'critical', summary: 'Outcome of an order is unknown' },
  'order-settled': { severity: 'info', summary: 'Unknown order settled' },
  'position-unprotected': { severity: 'critical', summary: 'Position without its stop' },
  'position-liquidated': { severity: 'critical', summary: 'Position liquidated by the venue' },
  'order-stranger': { severity: 'warning', summary: 'Order at the venue that is not ours' },
  'ledger-mismatch': { severity: 'critical', summary: 'Ledger and venue differ' },
  'account-halted': { severity: 'critical', summary: 'Trading halted' },
  'account-paused': { severity: 'warning', summary: 'Trading paused' },
  'account-resumed': { severity: 'info', summary: 'Trading resumed' },
  'account-stopped': { severity: 'info', summary: 'Trading stopped' },
  'flatten-started': { severity: 'warning', summary: 'Closing all positions' },
  'flatten-finished': { severity: 'info', summary: 'All positions closed' },
  'flatten-blocked': { severity: 'critical', summary: 'Positions can’t be closed yet' },
  'llm-failing': { severity: 'warning', summary: 'Validation by the language model keeps failing' },
  'symbol-closed': { severity: 'critical', summary: 'The venue does not trade a symbol any more' },
  'data-stale': { severity: 'warning', summary: 'Market data is stale' },
  'bars-missed': { severity: 'critical', summary: 'No bar processed' },
  'clock-skew': { severity: 'warning', summary: 'Clock differs from the venue’s' },
  'venue-refused': { severity: 'critical', summary: 'The venue refuses our credentials' },
  // machine
  'worker-down': { severity: 'critical', summary: 'A process ended and was started again' },
  // models
  'gate-result': { severity: 'info', summary: 'The gate has judged a version' },
  'approval-awaited': { severity: 'warning', summary: 'A version awaits approval' },
  promotion: { severity: 'info', summary: 'Champion promoted' },
  rollback: { severity: 'warning', summary: 'Champion rolled back' },
  'champion-failing': { severity: 'critical', summary: 'The champion fails and can’t be replaced' },
  'training-failed': { severity: 'warning', summary: 'Training failed' },
  test: { severity: 'info', summary: 'Test message' },
} as const satisfies Record<string, EventMeaning>;

export type NotificationEvent = keyof typeof NOTIFICATION_EVENTS;

export type Fact = string | number | boolean | null;

/** Something that happened, to be told: numbers and ids, never a secret. */
export interface Notification {
  readonly event: NotificationEvent;
  /** The same key within `notifications.repeatMinutes` is told once. */
  readonly key: string;
  /** What it is about: `paper BTCUSDT`, `coinbase:BTCUSD/1h`. */
  readonly subject: string;
  /** When it happened, epoch ms. */
  readonly at: number;
  /** Lines of the message by their label, in their order. */
  readonly facts: Readonly<Record<string, Fact>>;
}

/** A notification that waits in an outbox. */
export interface OutboxEntry {
  /** Unique within its outbox, for ever. */
  readonly id: string;
  /** Its event may be one of a newer program. */
  readonly notification: Omit<Notification, 'event'> & { readonly event: string };
  /** How often it failed. */
  readonly attempts: number;
}

/**
 * Notifications written in the transaction of what they tell of, and taken from there at least once: `delivered` follows
 * after they are safe elsewhere, so a crash between the two brings the same id again.
 */
export interface NotificationOutbox {
  /** Entries whose next attempt is due (epoch ms), the oldest first. */
  due(now: number, limit: number): Promise<readonly OutboxEntry[]>;
  delivered(id: string, at: number): Promise<void>;
  failed(id: string, at: number, nextAttemptAt: number): Promise<void>;
}

export function isNotificationEvent(event: string): event is NotificationEvent {
  return Object.hasOwn(NOTIFICATION_EVENTS, event);
}
