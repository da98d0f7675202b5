import type { Logger } from 'pino';
import type {
  ChannelKind,
  ChannelSettings,
  NotificationSettings,
} from '../../../contracts/notification-settings.ts';
import type { Channel } from './channel.ts';
import { discordChannel } from './discord.ts';
import { emailChannel } from './email.ts';
import { logChannel } from './log.ts';
import { slackChannel } from './slack.ts';
import { telegramChannel } from './telegram.ts';
import { webhookChannel } from './webhook.ts';

type OpenChannel = (name: string, settings: never, timeoutMs: number) => Channel;

/** By kind; the configuration's schema has seen to it that each has what it needs. */
const KINDS: Readonly<Record<ChannelKind, OpenChannel>> = {
  webhook: webhookChannel,
  discord: discordChannel,
  slack: slackChannel,
  telegram: telegramChannel,
  email: emailChannel,
};

/** The log, then the configured channels in their order. */
export function openChannels({ channels, timeoutSeconds }: NotificationSettings, log: Logger): Channel[] {
  const open = ([name, settings]: [string, ChannelSettings]) =>
    KINDS[settings.kind](name, settings as never, timeoutSeconds * 1_000);
  return [logChannel(log), ...Object.entries(channels).map(open)];
}
