import type { OrderReason } from '../../contracts/trading.ts';
import type { LedgerOrder, OrderOutcome } from '../ledger/records.ts';
import type { RejectionCode, SubmitOutcome, VenueFill, VenueOrder } from '../venue.ts';

/** Why an order came to nothing, by the venue’s refusal. */
const REJECTION_REASONS: Partial<Record<RejectionCode, OrderReason>> = {
  'insufficient-balance': 'no-balance',
  'expired-request': 'clock-skew',
  'rate-limit': 'rate-limited',
  permission: 'not-allowed',
  'symbol-closed': 'market-closed',
};

/** What an answer to a submit means to the ledger. */
export function submitOutcome(order: LedgerOrder, answer: SubmitOutcome, now: number): OrderOutcome {
  switch (answer.kind) {
    case 'accepted':
      return venueOutcome(order, answer.order, [], now);
    case 'rejected':
      return {
        ...nothingKnown(order, now),
        status: 'rejected',
        reason: REJECTION_REASONS[answer.code] ?? 'venue-rejected',
        venueCode: answer.venueCode,
      };
    case 'unknown':
      return unknownOutcome(order, answer.code, now);
  }
}

/** What the venue says of an order, with the fills that are known along with it. */
export function venueOutcome(
  order: LedgerOrder,
  found: VenueOrder,
  fills: readonly VenueFill[],
  now: number,
): OrderOutcome {
  return {
    ...nothingKnown(order, now),
    status: found.status,
    reason: found.status === 'rejected' ? 'venue-rejected' : null,
    venueOrderId: found.venueOrderId,
    filled: found.filled,
    fills,
  };
}

/** It may stand at the venue or not. */
export function unknownOutcome(order: LedgerOrder, code: string, now: number): OrderOutcome {
  return { ...nothingKnown(order, now), status: 'unknown', venueCode: code };
}

/** Proven never to have reached the venue. */
export function lapsedOutcome(order: LedgerOrder, now: number): OrderOutcome {
  return { ...nothingKnown(order, now), status: 'lapsed' };
}

function nothingKnown({ clientOrderId }: LedgerOrder, now: number): Omit<OrderOutcome, 'status'> {
  return { clientOrderId, reason: null, venueOrderId: null, venueCode: null, fills: [], filled: null, now };
}
