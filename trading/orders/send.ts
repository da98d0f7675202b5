import { AlphaloomError } from '../../contracts/errors.ts';
import type { TimedDesk } from '../desk.ts';
import { asked, inTime, LATE } from '../in-time.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import type { SubmitOutcome } from '../venue.ts';
import { awaitFills } from './look-up.ts';
import { submitOutcome, unknownOutcome } from './outcomes.ts';

/** What was asked of the venue before an order is sent; null: it was not. */
export interface SendFacts {
  /** Free balance of what the order gives, in its currency. */
  readonly freeBalance: string | null;
  /** Last price, in quote. */
  readonly price: string | null;
}

export const NOTHING_ASKED: SendFacts = { freeBalance: null, price: null };

/**
 * Sends a planned order: asks the ledger (B), posts once, writes what came of it (C). What is not certain is `unknown`; an
 * answer that comes after the desk’s time is still recorded.
 * @returns the order as the ledger has it then; `withdrawn`, where it may not be sent
 */
export async function sendOrder(
  desk: TimedDesk,
  { clientOrderId, symbol }: LedgerOrder,
  { freeBalance, price }: SendFacts,
): Promise<LedgerOrder> {
  const { ledger, lease, venue } = desk;
  const market = await asked(desk, venue.market(symbol));
  const sentAt = await asked(desk, venue.now());
  const grant = await ledger.beginSending(lease, { clientOrderId, sentAt, freeBalance, market, price });
  return grant.kind === 'granted' ? post(desk, grant.order) : grant.order;
}

async function post(desk: TimedDesk, order: LedgerOrder): Promise<LedgerOrder> {
  const { ledger, lease } = desk;
  const answer = submitted(desk, order);
  const outcome = await inTime(desk, answer);
  if (outcome !== LATE) {
    if (outcome.kind === 'accepted') return awaitFills(desk, order, outcome.order);
    return ledger.recordOutcome(lease, submitOutcome(order, outcome, desk.now()));
  }
  const unknown = await ledger.recordOutcome(lease, unknownOutcome(order, 'late', desk.now()));
  desk.late(answer.then(late => ledger.recordOutcome(lease, submitOutcome(order, late, desk.now()))));
  return unknown;
}

/** Whatever is thrown after B says nothing about the order. */
async function submitted({ venue }: TimedDesk, order: LedgerOrder): Promise<SubmitOutcome> {
  const { clientOrderId, symbol, side, type, quantity, price, stopPrice, reduceOnly, plan, sentAt } = order;
  try {
    return await venue.submit({
      clientOrderId,
      symbol,
      side,
      type,
      quantity,
      price,
      stopPrice,
      reduceOnly,
      plan,
      sentAt: sentAt!,
    });
  } catch (error) {
    const code = error instanceof AlphaloomError ? error.code : 'INTERNAL';
    return { kind: 'unknown', code, duplicate: false };
  }
}
