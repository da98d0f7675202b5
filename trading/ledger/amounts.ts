import type { DatabaseSync } from 'node:sqlite';
import { Decimal } from 'decimal.js';
import { AlphaloomError } from '../../contracts/errors.ts';

/** Digits on either side of the point that an amount may have. */
const MAX_DIGITS = 30;
const AMOUNT = new RegExp(`^-?\\d{1,${MAX_DIGITS}}(\\.\\d{1,${MAX_DIGITS}})?$`);

/**
 * Decimals for the books: a product of three amounts and a sum of 10^15 such products stay within the precision, so that
 * nothing but a division is ever rounded.
 */
const Exact = Decimal.clone({ precision: 6 * MAX_DIGITS + 20, toExpNeg: -9e15, toExpPos: 9e15 });
/** For averages: they are shown, never summed. */
const Average = Decimal.clone({ precision: 30, toExpNeg: -9e15, toExpPos: 9e15 });

export type Amount = Decimal;

export const ZERO: Amount = new Exact(0);

/** An amount out of the ledger's own rows. */
export function amount(text: string): Amount {
  return new Exact(text);
}

/**
 * An amount that comes from outside, in digits.
 * @throws AlphaloomError INTERNAL where it is none (an exponent, NaN, more than 30 digits on a side)
 */
export function checkAmount(text: string, what: string): Amount {
  if (typeof text === 'string' && AMOUNT.test(text)) return new Exact(text);
  throw new AlphaloomError('INTERNAL', `${what} must be a decimal in digits; got ${JSON.stringify(text)}.`, {
    what,
    got: text,
  });
}

/** In digits, without an exponent and without zeros at the end; never "-0". */
export function digits(value: Amount): string {
  return value.isZero() ? '0' : value.toFixed();
}

/** total / count to 30 significant digits; null where nothing is counted. */
export function average(total: Amount, count: Amount): string | null {
  return count.isZero() ? null : digits(new Average(total).div(new Average(count)));
}

/** The largest whole multiple of a step that is not over the value; the value itself where there is no step. */
export function floorToStep(value: Amount, step: Amount | null): Amount {
  return step === null || step.isZero() ? value : value.divToInt(step).times(step);
}

export function smaller(left: Amount, right: Amount): Amount {
  return left.lt(right) ? left : right;
}

/** Makes `exact_sum(amount)` known to a connection: a sum over decimals in TEXT, exact; `'0'` over no rows. */
export function registerExactSum(sql: DatabaseSync): void {
  sql.aggregate('exact_sum', {
    start: () => ZERO as never,
    step: ((sum: Amount, value: unknown) => (value === null ? sum : sum.plus(value as string))) as never,
    result: ((sum: Amount) => digits(sum)) as never,
  });
}
