/**
 * A venue's answer in its own form of an error. It carries nothing but the venue's codes, from the special to the general,
 * as the venue's card reads them; ccxt's error is left behind, since its message holds the signed address.
 */
export class VenueRefusal extends Error {
  readonly codes: readonly string[];
  readonly status: number;

  constructor(codes: readonly string[], status: number) {
    super(`The venue answered ${codes.at(-1) ?? 'with an error'} (status ${status}).`);
    this.name = 'VenueRefusal';
    this.codes = codes;
    this.status = status;
  }
}

/** Statuses by which nothing is said about a request: the venue's door, or something before it, answered. */
export function isUndecided(status: number): boolean {
  return status >= 500 || status === 418 || status === 429 || status === 408;
}
