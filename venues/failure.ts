import { AlphaloomError, type ErrorCode } from '../contracts/errors.ts';
import type { VenueAnswer } from './call.ts';

/** What a failed question means; a transient one is worth asking again. */
export interface VenueFailure {
  readonly error: AlphaloomError;
  readonly isTransient: boolean;
}

/** ccxt's error classes, the more special first, and what they mean here. */
const MEANINGS: readonly (readonly [ccxtClass: string, code: ErrorCode, isTransient: boolean])[] = [
  ['OnMaintenance', 'VENUE_MAINTENANCE', false],
  ['BadSymbol', 'SYMBOL_UNKNOWN', false],
  ['DDoSProtection', 'VENUE_RATE_LIMITED', true],
  ['RateLimitExceeded', 'VENUE_RATE_LIMITED', true],
  ['NetworkError', 'VENUE_UNREACHABLE', true],
  ['BadResponse', 'VENUE_ANSWER_INVALID', true],
  ['BaseError', 'VENUE_REFUSED', false],
];

/** A venue that answers so is there, and means it: asking again changes nothing. */
const isRefusal = (status: number) =>
  status >= 400 && status < 500 && ![403, 408, 418, 425, 429].includes(status);
const says = (text: string) => /maintenance|system (is )?(upgrad|updat)/i.test(text);

/** Errors of ccxt and of our fetch as ours; null for what is neither (a fault of the program, an abort). */
export function venueFailure(venue: string, error: unknown, answer: VenueAnswer | null): VenueFailure | null {
  if (error instanceof AlphaloomError) {
    const isTransient = error.code === 'VENUE_UNREACHABLE' || error.code === 'VENUE_ANSWER_INVALID';
    return { error, isTransient };
  }
  const meaning = MEANINGS.find(([name]) => isCcxtError(error, name));
  if (meaning) return judged(venue, error as Error, meaning, answer);
  // ccxt's parsers trip over answers of another shape than they know.
  if (error instanceof TypeError && answer !== null && answer.status < 300)
    return failure(venue, 'VENUE_ANSWER_INVALID', true, `can’t be understood: ${error.message}`, error);
  return null;
}

function judged(
  venue: string,
  error: Error,
  [, code, isTransient]: (typeof MEANINGS)[number],
  answer: VenueAnswer | null,
): VenueFailure {
  const status = answer?.status ?? 0;
  const reason = shortened(error.message);
  if (code === 'VENUE_UNREACHABLE') {
    if (status >= 500 && says(answer?.text ?? ''))
      return failure(venue, 'VENUE_MAINTENANCE', false, `is under maintenance: ${reason}`, error);
    // ccxt counts a plain 400 or 404 among the passing troubles.
    if (isRefusal(status)) return failure(venue, 'VENUE_REFUSED', false, `refused: ${reason}`, error);
  }
  // Nor does ccxt know every 5xx of the networks before an exchange (524, 530).
  if (code === 'VENUE_REFUSED' && status >= 500)
    return failure(venue, 'VENUE_UNREACHABLE', true, `is not available: ${reason}`, error);
  const verb = VERBS[code] ?? 'failed';
  return failure(venue, code, isTransient, `${verb}: ${reason}`, error);
}

const VERBS: { readonly [Code in ErrorCode]?: string } = {
  VENUE_MAINTENANCE: 'is under maintenance',
  SYMBOL_UNKNOWN: 'does not know the symbol',
  VENUE_RATE_LIMITED: 'asks to wait',
  VENUE_UNREACHABLE: 'is not available',
  VENUE_ANSWER_INVALID: 'gave an answer that can’t be understood',
  VENUE_REFUSED: 'refused',
};

function failure(
  venue: string,
  code: ErrorCode,
  isTransient: boolean,
  what: string,
  cause: unknown,
): VenueFailure {
  return { isTransient, error: new AlphaloomError(code, `${venue} ${what}.`, { venue }, { cause }) };
}

/** By name: each exchange module brings the classes, and importing them from elsewhere would bind to ccxt's layout. */
function isCcxtError(error: unknown, name: string): boolean {
  for (let at = error; at !== null && typeof at === 'object'; at = Object.getPrototypeOf(at))
    if (at.constructor?.name === name) return true;
  return false;
}

/** ccxt appends whole answers to its messages, pages of HTML too. */
function shortened(message: string): string {
  const plain = message.replace(/\s+/g, ' ').trim();
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}
