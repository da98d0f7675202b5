import { AlphaloomError } from '../contracts/errors.ts';
import type { VenueCall } from './call.ts';
import type { CcxtExchange } from './exchange-module.ts';

/**
 * How far a venue's clock is ahead of ours, ms. The venue read its clock somewhere between question and answer: the
 * estimate is the middle, and half the round trip, by which it may be wrong, is taken off, so that a bar that is closed by
 * it is closed there. Venues without a time of their own tell whole seconds in the `Date` header of any answer.
 * @throws AlphaloomError VENUE_ANSWER_INVALID
 */
export async function measureOffset(venue: string, exchange: CcxtExchange, call: VenueCall): Promise<number> {
  if (exchange.has.fetchTime !== true) {
    await exchange.loadMarkets(true);
    const { answer } = call;
    return answer && answer.dateTime !== null ? answer.dateTime - answer.receivedTime : 0;
  }
  const venueTime = await exchange.fetchTime();
  const { answer } = call;
  if (answer === null || typeof venueTime !== 'number' || !(venueTime > 0)) {
    throw new AlphaloomError(
      'VENUE_ANSWER_INVALID',
      `${venue} did not tell its time; it answered ${venueTime}.`,
      {
        venue,
      },
    );
  }
  const halfTripMs = (answer.receivedTime - answer.sentTime) / 2;
  const estimate = venueTime - (answer.sentTime + halfTripMs);
  return Math.floor(estimate - halfTripMs);
}
