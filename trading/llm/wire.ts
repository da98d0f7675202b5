import type { ValidationReason } from '../../contracts/entry-validation.ts';

export type Fetch = typeof globalThis.fetch;

/** A verdict has hundreds of bytes, a model that thinks aloud tens of thousands. */
const MAX_BODY_BYTES = 262_144;

/** Errors of which it is certain that nobody answered. */
const BEFORE_ANY_ANSWER: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What went over the wire in one call. */
export interface Wire {
  /** Null until headers came. */
  status: number | null;
  /** Null until the whole body came. */
  body: string | null;
  failure: Extract<
    ValidationReason,
    'UNREACHABLE' | 'TIMEOUT' | 'BROKEN_OFF' | 'HTTP_ERROR' | 'TOO_LARGE'
  > | null;
}

/**
 * A `fetch` that gives whole, bounded bodies, follows nobody elsewhere and notes what it saw. A request is sent again only
 * while no byte of an answer came.
 */
export function boundedFetch(fetch: Fetch, wire: Wire, signal: AbortSignal, furtherAttempts: number): Fetch {
  const answerOf = async (input: Parameters<Fetch>[0], init: RequestInit): Promise<Response> => {
    for (let left = furtherAttempts; ; left--) {
      try {
        return await fetch(input, init);
      } catch (error) {
        if (left > 0 && !signal.aborted && isBeforeAnswer(error)) continue;
        wire.failure = signal.aborted ? 'TIMEOUT' : isBeforeAnswer(error) ? 'UNREACHABLE' : 'BROKEN_OFF';
        throw error;
      }
    }
  };
  return async (input, init) => {
    const response = await answerOf(input, { ...init, signal, redirect: 'manual' });
    wire.status = response.status;
    if (!response.ok) wire.failure = 'HTTP_ERROR';
    try {
      wire.body = await readBounded(response, () => {
        wire.failure = 'TOO_LARGE';
      });
    } catch (error) {
      wire.failure ??= signal.aborted ? 'TIMEOUT' : 'BROKEN_OFF';
      throw error;
    }
    return new Response(wire.body, { status: response.ok ? response.status : 502 });
  };
}

function isBeforeAnswer(error: unknown): boolean {
  const cause = (error as { cause?: { code?: unknown; socket?: { bytesRead?: unknown } } }).cause;
  return BEFORE_ANY_ANSWER.has(cause?.code) || cause?.socket?.bytesRead === 0;
}

async function readBounded(response: Response, onTooLarge: () => void): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      onTooLarge();
      throw new RangeError('The answer is too large.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
