import { Decimal } from 'decimal.js';

/** Exact for every product of a price and a quantity of eight decimals each. */
export const Amount = Decimal.clone({ precision: 60, toExpNeg: -30, toExpPos: 60 });
export type Amount = Decimal;

export const ZERO: Amount = new Amount(0);

/** As the exchange writes amounts: eight decimals. */
export function written(amount: Amount): string {
  return amount.toFixed(8);
}

/** Amounts have eight decimals; what is received is cut, what is owed rounds up. */
export function cut(amount: Amount): Amount {
  return amount.toDecimalPlaces(8, Decimal.ROUND_DOWN);
}

export function roundedUp(amount: Amount): Amount {
  return amount.toDecimalPlaces(8, Decimal.ROUND_UP);
}

/** The largest multiple of `step` that is not above; the amount itself where there is no step. */
export function floorTo(amount: Amount, step: Amount): Amount {
  return step.isZero() ? amount : amount.divToInt(step).times(step);
}

/** The nearest multiple of `tick`. */
export function nearestTick(price: number, tick: Amount): Amount {
  return new Amount(price).div(tick).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).times(tick);
}

export function smaller(a: Amount, b: Amount): Amount {
  return a.lt(b) ? a : b;
}

export function larger(a: Amount, b: Amount): Amount {
  return a.gt(b) ? a : b;
}
