import { z } from 'zod';
import { LOUDNESS, NOTIFICATION_EVENTS, type NotificationEvent } from './notifications.ts';
import { isLoopback } from './venue-host.ts';

/** What a channel of each kind must and may be told; anything else is refused. */
export const CHANNEL_KINDS = {
  webhook: { needs: ['url'], takes: ['token'] },
  discord: { needs: ['url'], takes: [] },
  slack: { needs: ['url'], takes: [] },
  telegram: { needs: ['token', 'chat'], takes: ['server'] },
  email: { needs: ['host', 'from', 'to'], takes: ['port', 'user', 'password'] },
} as const satisfies Record<string, { needs: readonly Field[]; takes: readonly Field[] }>;
export type ChannelKind = keyof typeof CHANNEL_KINDS;
type Field = 'url' | 'token' | 'chat' | 'server' | 'host' | 'port' | 'user' | 'password' | 'from' | 'to';

const secret = (schema: z.ZodString, description: string) =>
  schema.describe(description).meta({ secret: true }).optional();
const webAddress = z.string().refine(isWebAddress, 'expected an https address, or http on loopback');
const mailbox = z.email('expected a mail address: trader@example.com');

const channel = z
  .strictObject({
    kind: z.enum(Object.keys(CHANNEL_KINDS) as ChannelKind[]).describe('What is spoken there.'),
    url: secret(webAddress, 'Address of a webhook, of Discord’s or of Slack’s.'),
    token: secret(z.string().min(1), 'Telegram’s bot token; of a webhook: sent as a bearer token.'),
    chat: z
      .union([z.string().min(1), z.int()], 'expected a chat id')
      .optional()
      .describe('Telegram’s chat id.')
      .meta({ examples: ['-1001234567890'] }),
    server: webAddress.optional().describe('A Telegram bot server of your own.'),
    host: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('Mail server.')
      .meta({ examples: ['smtp.example.com'] }),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Mail server’s port: 465 speaks TLS from the start, others (default 587) must offer it.'),
    user: z.string().min(1).optional().describe('Mail server’s user.'),
    password: secret(z.string().min(1), 'Mail server’s password.'),
    from: mailbox.optional().describe('Sender of mails.'),
    to: mailbox.optional().describe('Receiver of mails.'),
  })
  .superRefine((settings, context) => {
    const { needs, takes } = CHANNEL_KINDS[settings.kind];
    const allowed: readonly string[] = ['kind', ...needs, ...takes];
    for (const field of needs)
      if (settings[field] === undefined)
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `a channel of kind ${settings.kind} needs it`,
        });
    for (const [field, value] of Object.entries(settings))
      if (value !== undefined && !allowed.includes(field))
        context.addIssue({
          code: 'custom',
          path: [field],
          message: `a channel of kind ${settings.kind} has no such setting; allowed: ${allowed.join(', ')}`,
        });
  });

/** The section `notifications` of the configuration. */
export const notificationSettings = z
  .strictObject({
    channels: z
      .record(
        z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a channel’s name: lower-case letters, digits and dashes')
          .refine(name => name !== 'log', 'free: the log is always a channel'),
        channel,
      )
      .default({})
      .describe('Where notifications go beside the log, by a name of your own.'),
    events: z
      .partialRecord(z.enum(Object.keys(NOTIFICATION_EVENTS) as NotificationEvent[]), z.enum(LOUDNESS))
      .default({})
      .describe('on (default), silent (without a sound) or off, per event of docs/notifications.md.'),
    repeatMinutes: z
      .number()
      .min(0)
      .max(10_080)
      .default(15)
      .describe('The same thing is told once within so many minutes.'),
    perMinute: z
      .int()
      .min(1)
      .max(600)
      .default(20)
      .describe('Messages per channel and minute; what is more is summed up in one.'),
    timeoutSeconds: z.number().min(0.1).max(60).default(10).describe('Longest wait for a channel’s answer.'),
  })
  .prefault({});

export type NotificationSettings = z.infer<typeof notificationSettings>;
export type ChannelSettings = z.infer<typeof channel>;

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}
