import { type Message, messageText } from '../message.ts';
import type { Channel } from './channel.ts';
import { withoutMentions } from './mentions.ts';
import { postJson } from './post.ts';

const SERVER = 'https://api.telegram.org';

interface TelegramSettings {
  readonly token: string;
  readonly chat: string | number;
  readonly server?: string;
}

export function telegramChannel(
  name: string,
  { token, chat, server = SERVER }: TelegramSettings,
  timeoutMs: number,
): Channel {
  return {
    name,
    kind: 'telegram',
    send: message =>
      postJson({
        receiver: `Telegram ("${name}")`,
        // The token is part of the address.
        url: new URL(`/bot${token}/sendMessage`, server).href,
        body: telegramBody(message, chat),
        timeoutMs,
      }),
    close() {},
  };
}

/** Plain text: without `parse_mode` nothing in it is markup. */
export function telegramBody(message: Message, chat: string | number) {
  return {
    chat_id: chat,
    text: withoutMentions(messageText(message)),
    disable_notification: message.silent,
    link_preview_options: { is_disabled: true },
  };
}
