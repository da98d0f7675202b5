import { AlphaloomError, type ErrorCode } from '../../contracts/errors.ts';
import { FINAL_STATUSES } from '../../contracts/trading.ts';
import type { TimedDesk } from '../desk.ts';
import { asked } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import type { VenueOrder } from '../venue.ts';
import { lookUp, recordFound, referenceOf } from './look-up.ts';

/** A venue that lists the symbol no more says nothing about its orders any more. */
const SILENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['SYMBOL_UNKNOWN']);

/**
 * Asks the venue about an order before an operator's word on it is taken.
 * @param found what is done with the venue's answer
 * @returns whether it was asked and can't say; false: it could not be asked, and the order is not certain anyway
 * @throws AlphaloomError ACCOUNT_STATE where it answers; VENUE_*, TRADING_LATE where it could not be asked about an order that is open
 */
export async function isVenueSilent(
  desk: TimedDesk,
  clientOrderId: string,
  found: (order: LedgerOrder, answer: VenueOrder) => Promise<unknown>,
): Promise<boolean> {
  const order = desk.ledger.order(clientOrderId);
  if (order === null || order.status === 'planned' || FINAL_STATUSES.has(order.status)) return false;
  const answer = await answerOf(desk, order);
  if (answer === 'not-asked' || answer === 'silent') return answer === 'silent';
  await found(order, answer);
  throw answered(order, answer);
}

/** The same, where what the venue says of the order is booked. */
export async function settledOrSilent(desk: TimedDesk, clientOrderId: string): Promise<boolean> {
  const { symbol } = desk.ledger.order(clientOrderId) ?? {};
  if (symbol === undefined) return false;
  return await desk.symbols.alone(symbol, () =>
    isVenueSilent(desk, clientOrderId, (order, answer) => recordFound(desk, order, answer)),
  );
}

async function answerOf(desk: TimedDesk, order: LedgerOrder): Promise<VenueOrder | 'silent' | 'not-asked'> {
  try {
    return (await lookUp(desk, order)) ?? 'silent';
  } catch (error) {
    if (!(error instanceof AlphaloomError)) throw error;
    if (SILENT.has(error.code)) return 'silent';
    if (order.status === 'open') throw error;
    return 'not-asked';
  }
}

function answered({ clientOrderId, leg, symbol }: LedgerOrder, { status }: VenueOrder): AlphaloomError {
  const id = clientOrderId.slice(0, 8);
  const mend = status === 'open' ? `End it: trade cancel ${id}` : 'There is nothing to resolve';
  return new AlphaloomError(
    'ACCOUNT_STATE',
    `The venue says that the ${leg} ${id} of ${symbol} is ${status}, and that counts. ${mend}.`,
    { clientOrderId, status },
  );
}

/** An order of ours that rests at the venue: as it is shown there, and as the ledger has it. */
export interface RestingOrder {
  readonly shown: VenueOrder;
  readonly order: LedgerOrder;
}

/**
 * Which of a venue's resting orders are ours, whatever the ledger took them for: what the venue says of those that it took for done
 * is written down, so that they are looked after again.
 * @throws AlphaloomError VENUE_*, TRADING_LATE
 */
export async function oursAmong(
  desk: TimedDesk,
  resting: readonly VenueOrder[],
): Promise<readonly RestingOrder[]> {
  const { ledger, account } = desk;
  const ours: RestingOrder[] = [];
  for (const shown of resting) {
    const order = shown.clientOrderId === null ? null : ledger.order(shown.clientOrderId);
    if (order?.account !== account) continue;
    const isForgotten = FINAL_STATUSES.has(order.status);
    ours.push({ shown, order: isForgotten ? await recordFound(desk, order, shown) : order });
  }
  return ours;
}

/** Cancels what rests at the venue, whether the ledger knows of it or took it for done. */
export async function cancelResting(desk: TimedDesk, { shown, order }: RestingOrder): Promise<void> {
  const { venueOrderId } = shown;
  await asked(desk, desk.venue.cancel({ ...referenceOf(order), venueOrderId }));
}
