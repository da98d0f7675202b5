import { VenueRefusal } from './refusal.ts';

/** A whole number among a request's parameters; null where it was not sent. @throws VenueRefusal -1100 */
export function integer(parameters: URLSearchParams, name: string): number | null {
  const text = parameters.get(name);
  if (text === null) return null;
  if (!/^\d{1,20}$/.test(text))
    throw new VenueRefusal(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    );
  return Number(text);
}
