import { AlphaloomError } from '../../contracts/errors.ts';
import type { RejectionCode } from '../../contracts/venue.ts';
import type { AnswerMeaning, OrderCard } from '../../venues/cards/card.ts';
import { keysRefused } from '../../venues/order-failure.ts';
import { isUndecided, type VenueRefusal } from '../../venues/venue-refusal.ts';

/** Why the card says that an order was certainly refused; null: it does not say so. */
export function rejectionOf(
  card: OrderCard,
  { codes, status }: VenueRefusal,
): { readonly code: RejectionCode; readonly venueCode: string } | null {
  const venueCode = codes.find(code => Object.hasOwn(card.rejections, code));
  if (venueCode === undefined) return null;
  const code = card.rejections[venueCode];
  // A door that turns requests away may do so behind the order's back, unless it speaks of orders.
  if (isUndecided(status) && !(status === 429 && code === 'rate-limit')) return null;
  return { code, venueCode };
}

export function meaningOf(card: OrderCard, { codes }: VenueRefusal): AnswerMeaning | null {
  const known = codes.find(code => Object.hasOwn(card.meanings, code));
  return known === undefined ? null : card.meanings[known];
}

/** A venue's own error as ours: with its code where the card lists it, never with its words. */
export function refusalError(card: OrderCard, venue: string, refusal: VenueRefusal): AlphaloomError {
  const meaning = meaningOf(card, refusal);
  const error = meaning === null ? null : ERRORS[meaning];
  if (error) return error(venue);
  const told = shownCode(card, refusal);
  return new AlphaloomError('VENUE_REFUSED', `${venue} refused a request (${told}).`, { venue, told });
}

/** The code that may be shown: one of the card's, or a plain number. */
export function shownCode(card: OrderCard, { codes, status }: VenueRefusal): string {
  const listed = codes.find(
    code => Object.hasOwn(card.rejections, code) || Object.hasOwn(card.meanings, code),
  );
  return listed ?? codes.find(code => /^-?\d{1,7}$/.test(code)) ?? `status ${status}`;
}

/** Of a symbol that was traded there. */
export function symbolGone(venue: string): AlphaloomError {
  return new AlphaloomError(
    'SYMBOL_UNKNOWN',
    `${venue} does not list the symbol any more: it was delisted or renamed. What is held of it can’t be sold there by its old name: look after it on the venue’s own pages, say what became of its order if one is still open (trade resolve) and of the coins (trade adjust), then take the symbol out (trade set).`,
    { venue },
  );
}

const ERRORS: { readonly [Meaning in AnswerMeaning]?: (venue: string) => AlphaloomError } = {
  keys: keysRefused,
  clock: venue =>
    new AlphaloomError(
      'VENUE_CLOCK_OFF',
      `${venue} refused a request for its time; the offset to its clock is measured anew before the next one. Try again.`,
      { venue },
    ),
  symbol: symbolGone,
  wait: venue => new AlphaloomError('VENUE_RATE_LIMITED', `${venue} asks to wait.`, { venue }),
  maintenance: venue => new AlphaloomError('VENUE_MAINTENANCE', `${venue} is under maintenance.`, { venue }),
};
