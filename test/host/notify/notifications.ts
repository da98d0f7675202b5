import { pino } from 'pino';
import type { Notification } from '../../../contracts/notifications.ts';
import type { Channel } from '../../../host/notify/channels/channel.ts';
import type { Message } from '../../../host/notify/message.ts';

/** A notification with a key of its own, unless another is given. */
let made = 0;
export function notification(changes: Partial<Notification> = {}): Notification {
  return {
    event: 'trade-opened',
    key: `key ${++made}`,
    subject: 'paper BTCUSDT',
    at: 1_000,
    facts: { side: 'buy', quantity: '0.5' },
    ...changes,
  };
}

/** A log whose lines are kept. */
export function keptLog() {
  const lines: string[] = [];
  return { log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }), lines };
}

/** A channel in memory; `send` is what happens when a message is sent. */
export function memoryChannel(
  send: (message: Message) => void = () => {},
  name = 'ops',
): Channel & { readonly messages: Message[] } {
  const messages: Message[] = [];
  return {
    name,
    kind: 'webhook',
    messages,
    async send(message) {
      send(message);
      messages.push(message);
    },
    close() {},
  };
}
