import { describe } from 'node:test';
import { exactDecimals, fills } from './venue-contract/amounts.ts';
import { brokenQuestions, brokenSubmits } from './venue-contract/broken-answers.ts';
import { acceptedOrders, cancels, stops } from './venue-contract/orders.ts';
import { refusals } from './venue-contract/refusals.ts';
import type { MakeVenue } from './venue-contract/scene.ts';

export {
  accepted,
  type BrokenAnswer,
  type MakeVenue,
  order,
  referenceTo,
  SYMBOL,
  type VenueRequestName,
  type VenueScene,
  type VenueTrouble,
} from './venue-contract/scene.ts';

/** One suite of behaviours for every `Venue`; what a venue can't do by its card, or without a wire, is left out. */
export function describeVenueContract(name: string, make: MakeVenue): void {
  describe(`venue contract: ${name}`, () => {
    acceptedOrders(make);
    stops(make);
    cancels(make);
    fills(make);
    exactDecimals(make);
    refusals(make);
    brokenSubmits(make);
    brokenQuestions(make);
  });
}
