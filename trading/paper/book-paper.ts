import { digits } from '../deciding/account-orders.ts';
import { isResumed } from '../deciding/risk-memory.ts';
import { amount } from '../ledger/amounts.ts';
import type { Lease, Ledger } from '../ledger/ledger.ts';
import type { AccountRecord } from '../ledger/records.ts';
import type { PaperVenue } from './paper-venue.ts';

interface PaperDesk {
  readonly record: AccountRecord;
  readonly paper: PaperVenue;
  readonly ledger: Ledger;
  readonly lease: Lease;
}

/** Plays a paper account's bars up to a close and books what they brought, fill by fill in their order. */
export async function bookPaper(
  { record, paper, ledger, lease }: PaperDesk,
  closeTime: number,
): Promise<void> {
  const { account } = record;
  if (isResumed(record)) await paper.resumeLimits();
  await paper.advance(closeTime);
  const cashMoved = { account, symbol: null };
  await paper.report(async ({ fills, orders, funding }) => {
    if (fills.length > 0) await ledger.recordFills(lease, account, fills, closeTime);
    for (const { clientOrderId, venueOrderId, status, filled } of orders) {
      await ledger.recordOutcome(lease, {
        clientOrderId: clientOrderId!,
        venueOrderId,
        status,
        filled,
        reason: null,
        venueCode: null,
        fills: [],
        now: closeTime,
      });
    }
    for (const { time, amount } of funding) {
      await ledger.recordCash(lease, {
        ...cashMoved,
        kind: 'funding',
        amount: digits(amount),
        time,
        key: `${account}/funding/${time}`,
      });
    }
  });
  // The engine calls nobody in for what was lost beyond all there was.
  const cash = amount(ledger.cash(account));
  if (!cash.isNegative() || ledger.positions(account).length > 0) return;
  await ledger.recordCash(lease, {
    ...cashMoved,
    kind: 'forgiven',
    amount: cash.neg().toFixed(),
    time: closeTime,
    key: `${account}/forgiven/${closeTime}`,
  });
}
