import { currentCall } from './call.ts';
import type { CcxtExchange } from './exchange-module.ts';

/** An account's credentials at a venue. Never kept: they are asked for when a request is signed. */
export interface VenueCredentials {
  readonly apiKey: string;
  readonly secret: string;
  /** Passphrase, where the venue has one. */
  readonly password?: string;
}

/** What ccxt signs with, and by. */
interface SigningExchange extends CcxtExchange {
  milliseconds: () => number;
  seconds: () => number;
  nonce: () => number;
  setLastRequest: (request: unknown) => void;
  enableLastHttpResponse: boolean;
  enableLastJsonResponse: boolean;
  enableLastResponseHeaders: boolean;
}

/**
 * Makes ccxt sign by the venue's clock, with credentials that it does not hold, and keep nothing of what it sent: its records
 * of the last request hold key and signature.
 */
export function prepareSigning(
  exchange: CcxtExchange,
  {
    credentials,
    clock,
    countsRequests,
  }: {
    readonly credentials: () => VenueCredentials;
    readonly clock: () => number;
    readonly countsRequests: boolean;
  },
): void {
  const signing = exchange as SigningExchange;
  for (const name of ['apiKey', 'secret', 'password'] as const)
    Object.defineProperty(signing, name, {
      get: () => credentials()[name],
      // ccxt's own assignments are of no effect.
      set: () => {},
      enumerable: false,
      configurable: true,
    });
  const time = () => Math.round(currentCall.getStore()?.signTime ?? clock());
  signing.milliseconds = time;
  signing.seconds = () => Math.floor(time() / 1_000);
  if (countsRequests) {
    let last = 0;
    signing.nonce = () => {
      last = Math.max(last + 1, Math.round(clock()));
      return last;
    };
  }
  signing.setLastRequest = () => {};
  signing.enableLastHttpResponse = false;
  signing.enableLastJsonResponse = false;
  signing.enableLastResponseHeaders = false;
}
