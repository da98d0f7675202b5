import { Decimal } from 'decimal.js';
import type { Market } from '../contracts/market.ts';

/** A quantity in base, rounded down to what the market can trade. */
export function flooredToLot(quantity: Decimal, { lot, contractSize }: Market): Decimal {
  if (lot === null || Number(lot) === 0) return quantity;
  const step = new Decimal(lot).times(contractSize ?? 1);
  return quantity.div(step).floor().times(step);
}

/** A quantity in base as the venue takes it: whole lots, in contracts where it counts in them. */
export function venueQuantity(quantity: Decimal, market: Market): string {
  return flooredToLot(quantity, market)
    .div(market.contractSize ?? 1)
    .toFixed();
}

/** Whether the venue takes an order of so much. @param price in quote */
export function isSellable(quantity: Decimal, price: Decimal.Value, market: Market): boolean {
  const lots = flooredToLot(quantity, market);
  const { minQuantity, minNotional, contractSize } = market;
  if (!lots.gt(0)) return false;
  if (lots.lt(new Decimal(minQuantity ?? 0).times(contractSize ?? 1))) return false;
  return lots.times(price).gte(minNotional ?? 0);
}
