/** TA-Lib's idea of zero, for prices of one and more; below, it shrinks with the price. */
const FLAT = 1e-14;

/** Whether so little of a price moved that only rounding is left. */
export function isFlat(movement: number, price: number): boolean {
  return movement < (price < 1 ? FLAT * price : FLAT);
}
