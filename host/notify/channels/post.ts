import { deliveryFailed } from './channel.ts';

interface Post {
  /** Who is spoken to, for errors: the address is a secret. */
  readonly receiver: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly timeoutMs: number;
}

const PASSING_STATUSES = new Set([408, 425, 429]);

/**
 * Posts JSON once; the time limit covers connecting and the whole answer, redirects are not followed.
 * @throws AlphaloomError NOTIFY_FAILED
 */
export async function postJson({ receiver, url, headers, body, timeoutMs }: Post): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal,
  }).catch(error => {
    throw unanswered(receiver, timeoutMs, error);
  });
  // What it says is not needed; a body that never ends must not hold the connection.
  await response.body?.cancel().catch(() => {});
  if (response.ok) return;
  const { status } = response;
  throw deliveryFailed(`${receiver} answered ${status}${MEANINGS[status] ? `: ${MEANINGS[status]}` : ''}.`, {
    passing: status >= 500 || PASSING_STATUSES.has(status),
    retryAfterMs: retryAfter(response.headers.get('retry-after')),
  });
}

const MEANINGS: Readonly<Record<number, string>> = {
  401: 'its token is wrong',
  403: 'it is not allowed to us',
  404: 'its address or token is wrong',
  429: 'too many messages',
};

/** Only the error's code: its message may hold the address. */
function unanswered(receiver: string, timeoutMs: number, error: Error): Error {
  const isLate = error.name === 'TimeoutError';
  const code = (error.cause as { code?: string } | undefined)?.code;
  const what = isLate
    ? `did not answer within ${timeoutMs / 1_000} s`
    : `can’t be reached${code ? ` (${code})` : ''}`;
  return deliveryFailed(`${receiver} ${what}.`, { passing: true, retryAfterMs: null });
}

/** Seconds, or a date. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
