import { Decimal } from 'decimal.js';
import type { OrderReason } from '../../contracts/trading.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import type { Quote } from '../venue.ts';

/** What a price must be like when an entry is sent; basis points, null: not asked. */
export interface PriceLimits {
  /** Most that the last trade may be off the price that was decided at. */
  readonly priceBandBps: number | null;
  /** Most between bid and ask, of their middle. */
  readonly maxSpreadBps: number | null;
}

export function asksForQuote({ priceBandBps, maxSpreadBps }: PriceLimits): boolean {
  return priceBandBps !== null || maxSpreadBps !== null;
}

/** Why an entry may not be sent at this price; null: it may. */
export function priceObjection(
  { decisionPrice }: Pick<LedgerOrder, 'decisionPrice'>,
  { bid, ask, last }: Quote,
  { priceBandBps, maxSpreadBps }: PriceLimits,
): OrderReason | null {
  const off = bps(new Decimal(last).minus(decisionPrice).abs(), decisionPrice);
  if (priceBandBps !== null && !off.lte(priceBandBps)) return 'price-moved';
  const middle = new Decimal(bid).plus(ask).div(2);
  const spread = bps(new Decimal(ask).minus(bid), middle);
  return maxSpreadBps !== null && !spread.lte(maxSpreadBps) ? 'spread-wide' : null;
}

function bps(part: Decimal, whole: Decimal.Value): Decimal {
  return part.div(whole).times(10_000);
}
