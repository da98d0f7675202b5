import { AlphaloomError } from '../contracts/errors.ts';
import type { VenueCall } from './call.ts';
import type { CcxtExchange } from './exchange-module.ts';

/** A venue's clock less ours, ms: the middle of the round trip, and half of it, by which the middle may be wrong. */
export interface MeasuredOffset {
  readonly middleMs: number;
  readonly errorMs: number;
}

/** An offset as a client keeps it. */
export interface KnownOffset {
  readonly ms: number;
  /** Epoch ms. */
  readonly measuredTime: number;
  /** Our wall clock less our monotonic one, ms: it moves when somebody sets our clock. */
  readonly lead: number;
}

/** An offset is measured again after so long. */
const VALID_MS = 600_000;
/** Over this the venue would see our requests too early or too late: nothing is entered. */
export const MAX_CLOCK_OFFSET_MS = 1_000;
/** Whoever runs a clock that is off may set it at any moment, and then it has to be noticed. */
const SKEWED_VALID_MS = 10_000;
/** Our clock was set when it goes this far beside the monotonic one: the offset is another then. */
const CLOCK_SET_MS = 100;

/** @param now epoch ms @param leadNow our wall clock less our monotonic one, ms */
export function isOffsetValid(
  { ms, measuredTime, lead }: KnownOffset,
  now: number,
  leadNow: number,
): boolean {
  const validMs = Math.abs(ms) > MAX_CLOCK_OFFSET_MS ? SKEWED_VALID_MS : VALID_MS;
  return Math.abs(now - measuredTime) <= validMs && Math.abs(leadNow - lead) <= CLOCK_SET_MS;
}

/**
 * How far a venue's clock is ahead of ours. The venue read its clock somewhere between question and answer. Venues without a
 * time of their own tell whole seconds in the `Date` header of any answer.
 * @throws AlphaloomError VENUE_ANSWER_INVALID
 */
export async function measureOffset(
  venue: string,
  exchange: CcxtExchange,
  call: VenueCall,
): Promise<MeasuredOffset> {
  if (exchange.has.fetchTime !== true) {
    await exchange.loadMarkets(true);
    const { answer } = call;
    const isTold = answer !== null && answer.dateTime !== null;
    return { middleMs: isTold ? (answer.dateTime as number) - answer.receivedTime : 0, errorMs: 0 };
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
  const errorMs = (answer.receivedTime - answer.sentTime) / 2;
  return { middleMs: venueTime - (answer.sentTime + errorMs), errorMs };
}
