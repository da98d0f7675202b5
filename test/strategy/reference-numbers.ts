import { Decimal as Base } from 'decimal.js';

/** Decimals of the reference: 40 digits, so that nothing of it is a rounding. */
export const Decimal = Base.clone({ precision: 40, toExpNeg: -30, toExpPos: 30 });
export type Decimal = InstanceType<typeof Decimal>;

export const ZERO = new Decimal(0);
/** Steps within which a value counts as on the grid, and the share of an order that counts as nothing. */
export const NEAR = new Decimal('1e-9');
const HALF = new Decimal('0.5');

export const decimal = (value: number | Decimal): Decimal => new Decimal(value);
export const basisPoints = (value: number): Decimal => decimal(value).div(10_000);
export const least = (...values: readonly Decimal[]): Decimal => Decimal.min(...values);

export function roundedDown(value: Decimal, step: number | null): Decimal {
  return step === null ? value : value.div(step).plus(NEAR).floor().times(step);
}

export function roundedUp(value: Decimal, step: number | null): Decimal {
  return step === null ? value : value.div(step).minus(NEAR).ceil().times(step);
}

export function roundedNearest(value: Decimal, step: number | null): Decimal {
  return step === null ? value : value.div(step).plus(HALF).plus(NEAR).floor().times(step);
}
