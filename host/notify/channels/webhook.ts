import { type Message, messageText } from '../message.ts';
import type { Channel } from './channel.ts';
import { postJson } from './post.ts';

interface WebhookSettings {
  readonly url: string;
  readonly token?: string;
}

/** A JSON document to an address of one's own; its shape is in docs/notifications.md. */
export function webhookChannel(name: string, { url, token }: WebhookSettings, timeoutMs: number): Channel {
  return {
    name,
    kind: 'webhook',
    send: message =>
      postJson({
        receiver: `The webhook "${name}"`,
        url,
        headers: { 'idempotency-key': message.id, ...(token && { authorization: `Bearer ${token}` }) },
        body: webhookBody(message),
        timeoutMs,
      }),
    close() {},
  };
}

export function webhookBody(message: Message) {
  const { id, event, severity, subject, at, silent, facts } = message;
  return {
    id,
    event,
    severity,
    subject,
    at: new Date(at).toISOString(),
    silent,
    text: messageText(message),
    facts,
  };
}
