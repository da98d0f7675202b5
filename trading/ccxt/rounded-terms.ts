import { Decimal } from 'decimal.js';
import type { Market } from '../../contracts/market.ts';
import type { OrderTerms } from '../../contracts/trading.ts';

type Steps = Pick<Market, 'tick' | 'lot'>;

/**
 * An order on its market's steps, in exact decimals: the quantity down; the price of a limit never worse than asked for (buys
 * down, sells up); a stop's price so that it triggers no later (sells up, buys down). What is on its steps stays as it is. (ccxt
 * would round half-up.)
 */
export function roundedTerms(terms: OrderTerms, { tick, lot }: Steps): OrderTerms {
  const rounding = terms.side === 'buy' ? Decimal.ROUND_FLOOR : Decimal.ROUND_CEIL;
  return {
    ...terms,
    quantity: onStep(terms.quantity, lot, Decimal.ROUND_FLOOR),
    price: terms.price === null ? null : onStep(terms.price, tick, rounding),
    stopPrice: terms.stopPrice === null ? null : onStep(terms.stopPrice, tick, rounding),
  };
}

/** More digits than any venue's amounts together: a quotient that is cut would round an amount that is on its step. */
const Exact = Decimal.clone({ precision: 60 });

function onStep(amount: string, step: string | null, rounding: Decimal.Rounding): string {
  const value = new Exact(amount);
  if (step === null) return value.toFixed();
  return value.div(step).toDecimalPlaces(0, rounding).times(step).toFixed();
}
