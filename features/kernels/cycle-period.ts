const [A, B] = [0.0962, 0.5769];
const [SHORTEST, LONGEST] = [6, 50];
const RAD_TO_DEGREE = 180 / Math.PI;

/**
 * Length of the dominant cycle in bars, 6 to 50, by Ehlers' homodyne discriminator (Rocket Science for Traders, 2001, ch. 7):
 * the price smoothed with weights 4, 3, 2, 1, its in-phase and quadrature parts by a Hilbert transform as long as the last
 * period, and the period from the angle between two bars' phasors; held to 2/3 and 3/2 of the last, and smoothed twice.
 * TA-Lib's, which begins at bar `start` with all else at 0.
 */
export class CyclePeriod {
  readonly #start: number;
  #bar = 0;
  readonly #prices = new Float64Array(4);
  /** Smoothed price, detrended price, quadrature and in-phase part of this bar and the six before, a column each. */
  readonly #smooth = new Delays();
  readonly #detrended = new Delays();
  readonly #quadrature = new Delays();
  readonly #inPhase = new Delays();
  #i2 = 0;
  #q2 = 0;
  #re = 0;
  #im = 0;
  #period = 0;
  #smoothPeriod = 0;

  constructor(start: number) {
    this.#start = start;
  }

  /** Takes a price and gives back the period; 0 before `start`. */
  push(price: number): number {
    const prices = this.#prices;
    prices.copyWithin(1, 0);
    prices[0] = price;
    if (this.#bar++ < this.#start) return 0;
    const smooth = (4 * prices[0] + 3 * prices[1] + 2 * prices[2] + prices[3]) / 10;
    const scale = 0.075 * this.#period + 0.54;
    const detrended = this.#smooth.transform(smooth, scale);
    const quadrature = this.#detrended.transform(detrended, scale);
    const inPhase = this.#detrended.values[3];
    const advancedInPhase = this.#inPhase.transform(inPhase, scale);
    const advancedQuadrature = this.#quadrature.transform(quadrature, scale);
    this.#measure(
      0.2 * (inPhase - advancedQuadrature) + 0.8 * this.#i2,
      0.2 * (quadrature + advancedInPhase) + 0.8 * this.#q2,
    );
    return this.#smoothPeriod;
  }

  #measure(i2: number, q2: number): void {
    this.#re = 0.2 * (i2 * this.#i2 + q2 * this.#q2) + 0.8 * this.#re;
    this.#im = 0.2 * (i2 * this.#q2 - q2 * this.#i2) + 0.8 * this.#im;
    this.#i2 = i2;
    this.#q2 = q2;
    const before = this.#period;
    let period = before;
    if (this.#im !== 0 && this.#re !== 0) period = 360 / (Math.atan(this.#im / this.#re) * RAD_TO_DEGREE);
    period = Math.max(Math.min(period, 1.5 * before), 0.67 * before);
    period = Math.min(Math.max(period, SHORTEST), LONGEST);
    this.#period = 0.2 * period + 0.8 * before;
    this.#smoothPeriod = 0.33 * this.#period + 0.67 * this.#smoothPeriod;
  }
}

/** A value and the six before it, 0 before the first. */
class Delays {
  readonly values = new Float64Array(7);

  /** Takes a value and gives back the Hilbert transform. */
  transform(value: number, scale: number): number {
    const values = this.values;
    values.copyWithin(1, 0);
    values[0] = value;
    return (A * values[0] + B * values[2] - B * values[4] - A * values[6]) * scale;
  }
}
