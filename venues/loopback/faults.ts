import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What can go wrong at a venue. Most take the place of the answer; those of bars, trades, orders and the clock change it
 * (`spoiled-answers.ts`).
 */
export type Fault =
  | { readonly kind: 'rate-limited'; readonly retryAfter: string | null }
  | { readonly kind: 'banned'; readonly retryAfter: string | null }
  | { readonly kind: 'status'; readonly status: number; readonly body: string }
  | { readonly kind: 'maintenance' }
  | { readonly kind: 'redirect'; readonly to: string }
  /** 200, and JSON that ends in the middle. */
  | { readonly kind: 'truncated' }
  /** 200, and the connection ends before the body does. */
  | { readonly kind: 'cut' }
  /** The connection ends without a byte. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'object' }
  /** 200, and a page of HTML. */
  | { readonly kind: 'html' }
  /** 401 and -2015, as if the key were none. */
  | { readonly kind: 'refused-key' }
  /** The answer comes so much later; `when` says whether the request or the answer was held up. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Headers and the first bytes, then silence. */
  | { readonly kind: 'stalled' }
  /** Every bar twice. */
  | { readonly kind: 'duplicates' }
  /** Bars from before the first one asked for come along. */
  | { readonly kind: 'overlapping'; readonly bars: number }
  /** The same, and the last of them is not what it was. */
  | { readonly kind: 'overlapping-otherwise'; readonly bars: number }
  | { readonly kind: 'unsorted' }
  /** The first bar comes a second time with another close. */
  | { readonly kind: 'contradicting' }
  /** No bars, as if there were none. */
  | { readonly kind: 'no-bars' }
  /** `time` tells so much more. */
  | { readonly kind: 'clock-skew'; readonly ms: number }
  /** A new order stays invisible to queries for so long; a query sees nothing that is newer. */
  | { readonly kind: 'query-lag'; readonly ms: number }
  /** The answer is about another order. */
  | { readonly kind: 'other-order' }
  /** Every trade twice. */
  | { readonly kind: 'duplicate-trades' }
  /** The newest trades first. */
  | { readonly kind: 'unordered-trades' }
  /** The newest trades are not there yet. */
  | { readonly kind: 'missing-trades'; readonly count: number };

/** Whether a fault strikes before the exchange has acted on the request (which it then never does), or after. */
export type FaultTime = 'before' | 'after';

/**
 * A fault to come: for requests whose path ends with `path`, after `after` of them have gone well, `times` times. With a
 * `probability` each such request suffers it with that chance, without end unless `times` says otherwise.
 */
export interface ScriptedFault {
  readonly path: string;
  /** Any, unless told. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly fault: Fault;
  /** Refusals come before, broken answers after, unless told. */
  readonly when?: FaultTime;
  readonly after?: number;
  readonly times?: number;
  readonly probability?: number;
}

/** Kinds that strike before the exchange has acted, unless told otherwise. */
const BEFORE: ReadonlySet<Fault['kind']> = new Set([
  'rate-limited',
  'banned',
  'status',
  'maintenance',
  'redirect',
  'reset',
  'delay',
]);

export function timeOf({ fault, when }: Pick<ScriptedFault, 'fault' | 'when'>): FaultTime {
  return when ?? (BEFORE.has(fault.kind) ? 'before' : 'after');
}

const HTML_BODY = '<html><body>Sign in to the network</body></html>';
const MAINTENANCE_BODY = '<html><body>503 Service Unavailable: system maintenance</body></html>';

/** Answers with the fault, instead of `whole`; false where it leaves an answer to be given (perhaps a changed one). */
export async function answerWithFault(
  response: ServerResponse,
  fault: Fault,
  whole: string,
): Promise<boolean> {
  const send = (status: number, body: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    return true;
  };
  switch (fault.kind) {
    case 'rate-limited':
      return send(429, '{"code":-1003,"msg":"Too many requests."}', retryAfter(fault.retryAfter));
    case 'banned':
      return send(
        418,
        '{"code":-1003,"msg":"Way too many requests; IP banned."}',
        retryAfter(fault.retryAfter),
      );
    case 'status':
      return send(fault.status, fault.body);
    case 'maintenance':
      return send(503, MAINTENANCE_BODY, { 'content-type': 'text/html' });
    case 'redirect':
      return send(302, '', { location: fault.to });
    case 'truncated':
      return send(200, (whole || '{}').slice(0, Math.floor((whole || '{}').length / 2)));
    case 'reset':
      response.destroy();
      return true;
    case 'delay':
      await sleep(fault.ms);
      return false;
    case 'html':
      return send(200, HTML_BODY, { 'content-type': 'text/html' });
    case 'refused-key':
      return send(401, '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}');
    case 'empty':
      return send(200, '');
    case 'object':
      return send(200, '{}');
    case 'cut':
    case 'stalled': {
      // Where there is no answer to break off in, an answer was promised all the same.
      const promised = whole || '{}';
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(promised),
      });
      response.write(promised.slice(0, Math.floor(promised.length / 2)), () => {
        if (fault.kind === 'cut') response.destroy();
      });
      return true;
    }
    default:
      return false;
  }
}

function retryAfter(value: string | null): Record<string, string> {
  return value === null ? {} : { 'retry-after': value };
}
