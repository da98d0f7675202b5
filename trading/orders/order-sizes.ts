import type { Market } from '../../contracts/market.ts';
import { type Amount, amount, digits, floorToStep } from '../ledger/amounts.ts';
import { closable, inOneOrder } from '../ledger/dust.ts';
import type { VenueCard } from '../venue.ts';

/** A quantity in base, rounded down to what the market can trade. */
export function flooredToLot(quantity: Amount, { lot, contractSize }: Market): Amount {
  return floorToStep(quantity, lot === null ? null : amount(lot).times(contractSize ?? 1));
}

/** A quantity in base as the venue takes it: whole lots, in contracts where it counts in them. */
export function venueQuantity(quantity: Amount, market: Market): string {
  return digits(flooredToLot(quantity, market).div(market.contractSize ?? 1));
}

/** What a stop over so much may cover, as the venue takes it: as much as fits into one order. */
export function stopQuantity(
  quantity: Amount,
  market: Market,
  { stops }: { readonly stops: VenueCard['stops'] },
): string {
  return digits(inOneOrder(amount(venueQuantity(quantity, market)), market, stops !== 'limit'));
}

/** Whether the venue takes an order of so much that closes. @param price in quote */
export function isSellable(quantity: Amount, price: Amount | string | number, market: Market): boolean {
  return closable(quantity, market, { price: String(price), reduceOnly: market.kind === 'swap' }) !== null;
}
