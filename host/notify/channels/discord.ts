import { type Message, messageText } from '../message.ts';
import type { Channel } from './channel.ts';
import { withoutMentions } from './mentions.ts';
import { postJson } from './post.ts';

const SUPPRESS_EMBEDS = 1 << 2;
const SUPPRESS_NOTIFICATIONS = 1 << 12;

export function discordChannel(name: string, { url }: { readonly url: string }, timeoutMs: number): Channel {
  return {
    name,
    kind: 'discord',
    send: message =>
      postJson({ receiver: `Discord ("${name}")`, url, body: discordBody(message), timeoutMs }),
    close() {},
  };
}

export function discordBody(message: Message) {
  const [title, ...rest] = messageText(message).split('\n').map(escapeMarkdown);
  return {
    content: [`**${title}**`, ...rest].join('\n'),
    allowed_mentions: { parse: [] },
    flags: SUPPRESS_EMBEDS | (message.silent ? SUPPRESS_NOTIFICATIONS : 0),
  };
}

/** Every character that means something to Discord stands for itself. */
function escapeMarkdown(text: string): string {
  return withoutMentions(text.replace(/[\\*_~`|>#[\]()<:-]/g, '\\$&'));
}
