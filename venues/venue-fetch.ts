import { AlphaloomError } from '../contracts/errors.ts';
import { isLoopback, isVenueHost } from '../contracts/venue-host.ts';
import { currentRequest, type VenueAnswer } from './call.ts';
import type { RateBudget } from './rate-budget.ts';
import { retryAfterTime } from './retry-after.ts';

export interface VenueFetchSettings {
  readonly venue: string;
  /** Address that takes the place of the venue's own; null: none. */
  readonly host: string | null;
  /** Refuses every request that would leave this machine. */
  readonly loopbackOnly: boolean;
  /** For the whole answer, its body included. */
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
  readonly budget: RateBudget;
  readonly now: () => number;
  readonly transport: typeof fetch;
}

/** What ccxt reads of an answer. */
interface ReadAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  text(): Promise<string>;
}

interface FetchParameters {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Without a `Retry-After`: a refused request costs a moment, a ban (418) two minutes, Binance's shortest. */
const WAIT_UNTOLD_MS: Readonly<Record<number, number>> = { 418: 120_000, 429: 5_000 };

/**
 * The fetch implementation that ccxt is given. ccxt's own lets a body stall for ever (its timeout ends with the headers)
 * and takes a successful answer that is no JSON for a text, from which its parsers make empty lists. Here one deadline
 * covers everything, bodies are bounded, a successful answer is JSON or an error, and a wait that the venue asks for is
 * shared with all processes. The host is rewritten here, not in ccxt's table of addresses: ccxt chooses error tables by
 * the real one.
 */
export function createVenueFetch(
  settings: VenueFetchSettings,
): (url: string, parameters: FetchParameters) => Promise<ReadAnswer> {
  const { host, venue } = settings;
  if (host !== null && !isVenueHost(host)) {
    throw new AlphaloomError(
      'CONFIG_INVALID',
      `venues.${venue}.host is ${host}; it must be an https address, or http on loopback.`,
      { venue, host },
    );
  }
  return async (url, parameters) => {
    const request = currentRequest.getStore();
    const target = targetOf(url, settings);
    const sentTime = settings.now();
    if (request && parameters.method !== 'GET') {
      const { call } = request;
      if (call.leavesBefore !== undefined && sentTime > call.leavesBefore) throw heldUp(venue);
      // From here on nobody can say that a POST did not arrive.
      call.isPosted = true;
    }
    const response = await readWithin(settings, target, parameters, request?.call.signal);
    const receivedTime = settings.now();
    const { status, headers } = response;
    if (status in WAIT_UNTOLD_MS || status === 503) {
      const until =
        retryAfterTime(headers.get('retry-after'), receivedTime) ??
        (status in WAIT_UNTOLD_MS ? receivedTime + WAIT_UNTOLD_MS[status] : null);
      if (until !== null && request) await settings.budget.block(request.host, until);
    }
    const date = Date.parse(headers.get('date') ?? '');
    const answer: VenueAnswer = {
      status,
      text: response.body,
      json: null,
      sentTime,
      receivedTime,
      dateTime: Number.isNaN(date) ? null : date,
    };
    if (request) {
      request.status = status;
      request.call.answer = answer;
    }
    if (response.ok) {
      const json = parseAnswer(venue, target, response.body);
      if (request) request.call.answer = { ...answer, json };
    }
    return { status, statusText: response.statusText, headers, text: async () => response.body };
  };
}

/** Who waited for the rate budget, or was stopped, and goes on later, brings what nobody reckons with any more. */
function heldUp(venue: string): AlphaloomError {
  return new AlphaloomError(
    'TRADING_LATE',
    `A request to ${venue} was held up for too long and was not sent.`,
    { venue },
  );
}

function targetOf(url: string, { venue, host, loopbackOnly }: VenueFetchSettings): URL {
  const target = new URL(url);
  if (host !== null) {
    const other = new URL(host);
    target.protocol = other.protocol;
    target.host = other.host;
    target.port = other.port;
  }
  if (loopbackOnly && !isLoopback(target)) {
    throw new AlphaloomError(
      'INTERNAL',
      `A request of venue ${venue} to ${target.host} was held back: only loopback is allowed here.`,
      { venue, host: target.host },
    );
  }
  return target;
}

interface WholeResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: string;
}

async function readWithin(
  { venue, deadlineMs, maxBodyBytes, transport }: VenueFetchSettings,
  target: URL,
  { method, headers, body }: FetchParameters,
  signal: AbortSignal | undefined,
): Promise<WholeResponse> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const deadline = setTimeout(abort, deadlineMs);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    const response = await transport(target, {
      method,
      headers,
      body,
      // No exchange redirects its interface; what does is a portal in between.
      redirect: 'error',
      signal: controller.signal,
    });
    const text = await readBody(venue, target, response, maxBodyBytes);
    const { ok, status, statusText } = response;
    return { ok, status, statusText, headers: response.headers, body: text };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AlphaloomError) throw error;
    const why = controller.signal.aborted
      ? `did not answer in full within ${deadlineMs / 1_000} s`
      : `broke off: ${reasonOf(error)}`;
    throw new AlphaloomError(
      'VENUE_UNREACHABLE',
      `${venue} ${why} (${target.host}${target.pathname}).`,
      { venue, host: target.host, path: target.pathname },
      { cause: error },
    );
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', abort);
  }
}

async function readBody(venue: string, target: URL, response: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    // Leaving the loop closes the connection.
    if (bytes > maxBytes) throw invalidAnswer(venue, target, `is longer than ${maxBytes} bytes`, '');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseAnswer(venue: string, target: URL, text: string): unknown {
  if (text.trim() === '') throw invalidAnswer(venue, target, 'is empty', text);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidAnswer(venue, target, 'is not JSON, or only a part of it', text);
  }
}

function invalidAnswer(venue: string, target: URL, what: string, text: string): AlphaloomError {
  const start = text.slice(0, 120);
  return new AlphaloomError(
    'VENUE_ANSWER_INVALID',
    `The answer of ${venue} to ${target.pathname} ${what}${start === '' ? '' : `: ${JSON.stringify(start)}`}.`,
    { venue, path: target.pathname, start },
  );
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
