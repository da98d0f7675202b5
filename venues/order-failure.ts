import { AlphaloomError, type ErrorCode } from '../contracts/errors.ts';
import type { VenueAnswer } from './call.ts';
import { VenueRefusal } from './venue-refusal.ts';

/** Reads the codes of a venue's error out of an answer, from the special to the general; none: it is no error. */
export type CodesOf = (answer: unknown) => readonly string[];

/**
 * What a failed request means, without a word of ccxt's: its messages and causes hold signed addresses, and a venue's answer
 * may repeat what it was sent.
 */
export function orderFailure(
  venue: string,
  endpoint: string,
  error: unknown,
  answer: VenueAnswer | null,
  codesOf: CodesOf,
): AlphaloomError | VenueRefusal {
  const codes = answer === null ? [] : codesOf(jsonOf(answer));
  if (codes.length > 0) return new VenueRefusal(codes, answer?.status ?? 0);
  if (error instanceof AlphaloomError) return ownFailure(venue, endpoint, error);
  if (isNamed(error, 'AuthenticationError') && answer === null) return keysMissing(venue);
  if (answer === null) {
    const name = error instanceof Error ? error.constructor.name : typeof error;
    return failure('INTERNAL', `The request ${endpoint} to ${venue} could not be made (${name}).`, venue);
  }
  return statusFailure(venue, endpoint, answer);
}

/** `down` alone is refused while something is held. */
export const KEY_MEND =
  'Check it on the venue’s own pages and mend it; then down --leave-positions, up: workers read it when they start, and stops rest at the venue meanwhile.';

export function keysRefused(venue: string): AlphaloomError {
  return failure(
    'VENUE_KEYS_REFUSED',
    `${venue} refuses the account’s key: it is wrong or revoked, lacks the right to read or to trade, or is bound to another address. ${KEY_MEND}`,
    venue,
  );
}

const SENTENCES: { readonly [Code in ErrorCode]?: string } = {
  VENUE_UNREACHABLE: 'did not answer, not in full, or not in time',
  VENUE_ANSWER_INVALID: 'gave an answer that is not what its interface promises',
};

function ownFailure(venue: string, endpoint: string, error: AlphaloomError): AlphaloomError {
  const sentence = SENTENCES[error.code];
  // What was told of an answer or of a connection stays here.
  if (sentence !== undefined) return failure(error.code, `${venue} ${sentence} (${endpoint}).`, venue);
  return new AlphaloomError(error.code, error.message, { ...error.details });
}

function statusFailure(venue: string, endpoint: string, { status, text }: VenueAnswer): AlphaloomError {
  if (status === 429 || status === 418)
    return failure('VENUE_RATE_LIMITED', `${venue} asks to wait (${endpoint}).`, venue);
  if (status >= 500)
    return /maintenance|system (is )?(upgrad|updat)/i.test(text)
      ? failure('VENUE_MAINTENANCE', `${venue} is under maintenance.`, venue)
      : failure('VENUE_UNREACHABLE', `${venue} is not available (${endpoint}, status ${status}).`, venue);
  if (status === 401) return keysRefused(venue);
  if (status >= 400)
    return failure('VENUE_REFUSED', `${venue} refused ${endpoint} with status ${status}.`, venue);
  return failure(
    'VENUE_ANSWER_INVALID',
    `${venue} gave an answer that is not what its interface promises (${endpoint}).`,
    venue,
  );
}

function keysMissing(venue: string): AlphaloomError {
  return failure(
    'VENUE_KEYS_REFUSED',
    `The account has no complete credentials for ${venue}. Set key and secret (and the passphrase where the venue has one).`,
    venue,
  );
}

function failure(code: ErrorCode, message: string, venue: string): AlphaloomError {
  return new AlphaloomError(code, message, { venue });
}

function jsonOf({ json, text }: VenueAnswer): unknown {
  if (json !== null) return json;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isNamed(error: unknown, name: string): boolean {
  for (let at = error; at !== null && typeof at === 'object'; at = Object.getPrototypeOf(at))
    if (at.constructor?.name === name) return true;
  return false;
}
