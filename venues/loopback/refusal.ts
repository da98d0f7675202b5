/** An error in Binance's form. */
export class VenueRefusal extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function missingParameter(name: string): VenueRefusal {
  return new VenueRefusal(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}
