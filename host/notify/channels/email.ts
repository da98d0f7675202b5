import { createTransport } from 'nodemailer';
import { isLoopback } from '../../../contracts/venue-host.ts';
import { type Message, messageText } from '../message.ts';
import { type Channel, deliveryFailed } from './channel.ts';

interface EmailSettings {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
  readonly to: string;
}

const SUBMISSION_PORT = 587;
const TLS_PORT = 465;

/** Mails as plain text, over TLS alone unless the server is this machine. */
export function emailChannel(name: string, settings: EmailSettings, timeoutMs: number): Channel {
  const { host, port = SUBMISSION_PORT, user, password = '', from, to } = settings;
  const isOwn = URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`));
  const transport = createTransport({
    host,
    port,
    secure: port === TLS_PORT,
    requireTLS: !isOwn,
    ignoreTLS: isOwn && port !== TLS_PORT,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user && { auth: { user, pass: password } }),
  });
  return {
    name,
    kind: 'email',
    async send(message) {
      const receiver = `The mail server of "${name}"`;
      try {
        await within(timeoutMs, transport.sendMail({ from, to, ...mailOf(message) }));
      } catch (error) {
        throw explained(receiver, timeoutMs, error);
      }
    },
    close: () => transport.close(),
  };
}

export function mailOf(message: Message) {
  return {
    subject: `[Alphaloom] ${message.title}`,
    text: messageText(message),
    messageId: `<${message.id.replace(/[^\w.-]/g, '-')}@alphaloom.invalid>`,
    ...(message.silent && { priority: 'low' as const }),
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/** A server that keeps talking slowly never trips the limits on silence. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(timeoutMs);
  return await Promise.race([
    work,
    new Promise<never>((_, reject) => late.addEventListener('abort', () => reject(late.reason))),
  ]);
}

/** Only codes: a server's words may repeat what it was sent. */
function explained(receiver: string, timeoutMs: number, error: unknown): Error {
  const { name, code, responseCode } = error as { name?: string; code?: string; responseCode?: number };
  if (responseCode !== undefined) {
    const meaning = responseCode === 535 ? ': user or password is wrong' : '';
    // 4yz is a refusal for now, 5yz for good (RFC 5321, 4.2.1).
    return deliveryFailed(`${receiver} answered ${responseCode}${meaning}.`, {
      passing: responseCode < 500,
      retryAfterMs: null,
    });
  }
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') {
    return deliveryFailed(`${receiver} did not answer within ${timeoutMs / 1_000} s.`, PASSING);
  }
  if (code === 'ETLS') {
    return deliveryFailed(`${receiver} offers no TLS.`, { passing: false, retryAfterMs: null });
  }
  return deliveryFailed(`${receiver} can’t be reached${code ? ` (${code})` : ''}.`, PASSING);
}

const PASSING = { passing: true, retryAfterMs: null } as const;
