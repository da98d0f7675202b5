import { createHmac } from 'node:crypto';
import { missingParameter, VenueRefusal } from './refusal.ts';

export interface ApiKey {
  readonly apiKey: string;
  readonly secret: string;
  /** Whether it may place and cancel orders; otherwise it only reads. */
  readonly mayTrade?: boolean;
}

/** The key of an exchange that is given none. It opens nothing: the exchange is on this machine, its coins are made up. */
export const LOOPBACK_KEY: ApiKey = { apiKey: 'loopback-key', secret: 'loopback-secret' };

/** What a signed request is checked against. */
export interface SignedRequest {
  /** The header `X-MBX-APIKEY`. */
  readonly apiKey: string | undefined;
  /** Query and form as they were sent, one after the other. */
  readonly sent: string;
  readonly parameters: URLSearchParams;
  readonly isTrade: boolean;
}

const DEFAULT_WINDOW_MS = 5_000;
const MAX_WINDOW_MS = 60_000;
/** So far may a request's time be ahead of the exchange's. */
const AHEAD_MS = 1_000;

/**
 * Who asks, by key and signature, and whether the request is still in time.
 * @param find keys that are valid now
 * @throws VenueRefusal -2014, -2015, -1102, -1131, -1021, -1022
 */
export function requireSignature(
  request: SignedRequest,
  find: (apiKey: string) => ApiKey | undefined,
  now: number,
): void {
  const { apiKey = '', sent, parameters, isTrade } = request;
  if (!/^[A-Za-z0-9-]{8,128}$/.test(apiKey)) throw new VenueRefusal(-2014, 'API-key format invalid.', 401);
  const signature = parameters.get('signature');
  if (!signature) throw missingParameter('signature');
  const key = find(apiKey);
  if (!key || (isTrade && key.mayTrade === false))
    throw new VenueRefusal(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
  requireTime(parameters, now);
  const payload = sent.replace(/(^|&)signature=[^&]*/, '');
  if (createHmac('sha256', key.secret).update(payload).digest('hex') !== signature)
    throw new VenueRefusal(-1022, 'Signature for this request is not valid.');
}

function requireTime(parameters: URLSearchParams, now: number): void {
  const time = parameters.get('timestamp');
  if (time === null || !/^\d{1,16}$/.test(time)) throw missingParameter('timestamp');
  const windowText = parameters.get('recvWindow') ?? String(DEFAULT_WINDOW_MS);
  const window = Number(windowText);
  if (!/^\d+(\.\d{1,3})?$/.test(windowText) || window > MAX_WINDOW_MS)
    throw new VenueRefusal(-1131, 'recvWindow must be less than 60000.');
  if (Number(time) >= now + AHEAD_MS)
    throw new VenueRefusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  if (now - Number(time) > window)
    throw new VenueRefusal(-1021, 'Timestamp for this request is outside of the recvWindow.');
}
