import type { ServerResponse } from 'node:http';
import type { Kline } from './market.ts';

/**
 * What can go wrong at a venue. Those of `answer` take the place of the answer, those of `klines` change its bars.
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
  | { readonly kind: 'empty' }
  | { readonly kind: 'object' }
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
  | { readonly kind: 'no-bars' };

/** A fault to come: for requests whose path ends with `path`, after `after` of them have gone well, `times` times. */
export interface ScriptedFault {
  readonly path: string;
  readonly fault: Fault;
  readonly after?: number;
  readonly times?: number;
}

const MAINTENANCE_BODY = '<html><body>503 Service Unavailable: system maintenance</body></html>';

/** Answers with the fault; false where it leaves an answer to be given (perhaps with changed bars). */
export function answerWithFault(response: ServerResponse, fault: Fault, whole: string): boolean {
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
      return send(200, whole.slice(0, Math.floor(whole.length / 2)));
    case 'empty':
      return send(200, '');
    case 'object':
      return send(200, '{}');
    case 'cut':
    case 'stalled':
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(whole),
      });
      response.write(whole.slice(0, Math.floor(whole.length / 2)), () => {
        if (fault.kind === 'cut') response.destroy();
      });
      return true;
    default:
      return false;
  }
}

/** The bars of an answer with a fault among them; `before` are those that precede them. */
export function spoilKlines(
  klines: readonly Kline[],
  before: readonly Kline[],
  fault: Fault,
): readonly Kline[] {
  switch (fault.kind) {
    case 'duplicates':
      return klines.flatMap(kline => [kline, kline]);
    case 'overlapping':
      return [...before.slice(-fault.bars), ...klines];
    case 'unsorted':
      return klines.toReversed();
    case 'overlapping-otherwise':
      return [...before.slice(-fault.bars, -1), ...before.slice(-1).map(otherwise), ...klines];
    case 'contradicting':
      return [klines[0], otherwise(klines[0]), ...klines.slice(1)];
    case 'no-bars':
      return [];
    default:
      return klines;
  }
}

/** The bar with another close. */
function otherwise([time, open, high, low, close, ...rest]: Kline): Kline {
  return [time, open, high, low, close === low ? high : low, ...rest];
}

function retryAfter(value: string | null): Record<string, string> {
  return value === null ? {} : { 'retry-after': value };
}
