import { type Message, messageText } from '../message.ts';
import type { Channel } from './channel.ts';
import { withoutMentions } from './mentions.ts';
import { postJson } from './post.ts';

export function slackChannel(name: string, { url }: { readonly url: string }, timeoutMs: number): Channel {
  return {
    name,
    kind: 'slack',
    send: message => postJson({ receiver: `Slack ("${name}")`, url, body: slackBody(message), timeoutMs }),
    close() {},
  };
}

/** Without markup, links and mentions; Slack knows no silent message. */
export function slackBody(message: Message) {
  return {
    text: withoutMentions(escapeEntities(messageText(message))),
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** `<!channel>`, `<@U1>` and links begin with what is escaped here. */
function escapeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
