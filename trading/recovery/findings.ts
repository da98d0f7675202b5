import { Decimal } from 'decimal.js';
import { type Amount, amount, ZERO } from '../ledger/amounts.ts';
import type { LedgerPosition } from '../ledger/records.ts';
import type { Balance, VenueOrder, VenuePosition } from '../venue.ts';

/** What the ledger and the venue do not agree in: amounts in base. */
export interface Difference {
  readonly kind: 'missing-coins' | 'position-differs';
  readonly symbol: string;
  readonly expected: string;
  readonly found: string;
}

/** What is not as it should be when an account begins. */
export type Finding =
  | Difference
  | { readonly kind: 'stranger-order'; readonly symbol: string; readonly order: VenueOrder }
  | { readonly kind: 'clock-skew'; readonly offsetMs: number }
  | { readonly kind: 'not-asked'; readonly symbol: string; readonly code: string; readonly message: string };

/** A spot position must be there in coins, free or held by orders; more of them is none of our business. */
export function missingCoins(
  { symbol, quantity }: LedgerPosition,
  base: string,
  balances: readonly Balance[],
): Difference | null {
  const balance = balances.find(({ currency }) => currency === base);
  const found = new Decimal(balance?.free ?? 0).plus(balance?.locked ?? 0);
  if (found.gte(quantity) || isNear(found, quantity)) return null;
  return { kind: 'missing-coins', symbol, expected: quantity, found: found.toFixed() };
}

/** A swap account’s position is all of its symbol’s: it has to be the ledger’s. */
export function differingPosition(
  symbol: string,
  position: LedgerPosition | undefined,
  positions: readonly VenuePosition[],
): Difference | null {
  const expected = position?.quantity ?? '0';
  const found = positions.find(held => held.symbol === symbol)?.quantity ?? '0';
  return isNear(new Decimal(found), expected) ? null : { kind: 'position-differs', symbol, expected, found };
}

/** How much of the ledger’s position the venue lacks, without its sign; null: none of it, it holds more or another. */
export function missingOf({ expected, found }: Difference): Amount | null {
  const held = amount(expected);
  const there = held.isNegative() ? amount(found).negated() : amount(found);
  const missing = held.abs().minus(there.gt(0) ? there : ZERO);
  return missing.gt(0) ? missing : null;
}

/** The paper venue counts in doubles; a share like this is less than the step of any market. */
const NEAR = 1e-9;

function isNear(found: Decimal, expected: string): boolean {
  return found.minus(expected).abs().lte(new Decimal(expected).abs().times(NEAR));
}
