import { pino } from 'pino';
import { createCarrier } from '../../../host/notify/carrier.ts';
import { webhookChannel } from '../../../host/notify/channels/webhook.ts';
import { openMailbox } from '../../../host/notify/mailbox.ts';

// Delivers the mailbox of a file to a webhook until it is ended.
const [path, url] = process.argv.slice(2);
const mailbox = await openMailbox(path, { now: Date.now });
const carrier = createCarrier({
  channel: webhookChannel('ops', { url }, 10_000),
  mailbox,
  settings: { events: {}, repeatMinutes: 15, perMinute: 100 },
  log: pino({ level: 'silent' }),
  now: Date.now,
});
await carrier.run(new AbortController().signal);
