import assert from 'node:assert/strict';
import { createCcxtVenue } from '../../../trading/ccxt/ccxt-venue.ts';
import type { Venue } from '../../../trading/venue.ts';
import type { OrderCard } from '../../../venues/cards/card.ts';
import type { VenueCredentials } from '../../../venues/signing.ts';

/** A request as the venue gets it, its parameters from query, form or JSON alike. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** An answer: JSON of a success, or status and body. */
export type RecordedAnswer = { readonly status: number; readonly body: string } | { readonly json: unknown };

/** Answers by `METHOD path`; a function reads the request. */
export type Routes = Readonly<
  Record<string, RecordedAnswer | ((request: RecordedRequest) => RecordedAnswer)>
>;

export interface RecordedVenue {
  readonly venue: Venue;
  /** What was sent to these paths so far, without what signs it. */
  sent(path: string): readonly RecordedRequest[];
  /** Answers from now on. */
  answer(routes: Routes): void;
}

/** Parameters that sign, or are of the moment. */
const SIGNING = new Set(['timestamp', 'signature', 'recvWindow', 'nonce']);

/** The ccxt venue over answers that were written down beforehand; no request leaves the process. */
export async function recordedVenue(
  card: OrderCard,
  credentials: VenueCredentials,
  now: number,
  basics: Routes,
): Promise<RecordedVenue> {
  const requests: RecordedRequest[] = [];
  const routes = new Map(Object.entries(basics));
  const transport: typeof fetch = async (input, init) => {
    const request = readRequest(input, init);
    requests.push(request);
    const route = routes.get(`${request.method} ${request.path}`);
    assert.ok(route, `no answer is recorded for ${request.method} ${request.path}`);
    const answer = typeof route === 'function' ? route(request) : route;
    return 'json' in answer
      ? new Response(JSON.stringify(answer.json))
      : new Response(answer.body, { status: answer.status });
  };
  const venue = await createCcxtVenue({
    settings: { venue: card.name, kind: card.kind, exchange: card.exchange, host: 'http://127.0.0.1:1' },
    card,
    credentials: () => credentials,
    parts: {
      budget: { take: async () => 0, block: async () => {}, close: async () => {} },
      use: 'trading',
      loopbackOnly: true,
      transport,
      now: () => now,
      monotonicMs: () => now,
      random: () => 0.5,
      sleep: async () => {},
      retries: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
      deadlineMs: 20_000,
      maxBodyBytes: 1_000_000,
      maxWaitMs: 0,
    },
  });
  return {
    venue,
    sent: path => requests.filter(request => request.path === path),
    answer(more) {
      for (const [name, route] of Object.entries(more)) routes.set(name, route);
    },
  };
}

function readRequest(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): RecordedRequest {
  const url = new URL(String(input));
  const body = typeof init?.body === 'string' ? init.body : '';
  const sent = /^[[{]/.test(body) ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  const all = { ...Object.fromEntries(url.searchParams), ...(Array.isArray(sent) ? sent[0] : sent) };
  return {
    method: init?.method ?? 'GET',
    path: url.pathname,
    parameters: Object.fromEntries(Object.entries(all).filter(([name]) => !SIGNING.has(name))),
  };
}
