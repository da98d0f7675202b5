import type { CostSpec } from '../contracts/costs.ts';
import { ceilTo, floorTo, type Grid } from './grid.ts';

/** 1: the trader buys, −1: sells. */
export type Sign = 1 | -1;

/** Costs as shares of a notional. */
export class FillCosts {
  readonly takerFee: number;
  readonly makerFee: number;
  readonly halfSpread: number;
  readonly #slippage: number;
  readonly #impact: number;

  constructor(costs: CostSpec) {
    this.takerFee = costs.feeBps / 10_000;
    this.makerFee = (costs.makerFeeBps ?? costs.feeBps) / 10_000;
    this.halfSpread = costs.halfSpreadBps / 10_000;
    this.#slippage = costs.slippageBps / 10_000;
    this.#impact = (costs.impactBps ?? 0) / 10_000;
  }

  /**
   * What a market order pays: the shown price moved against it by half the spread, slippage and the square-root impact of
   * its share of the bar's volume (Almgren et al. 2005; at most the whole volume's), then rounded to the tick against it.
   * @param volume of the bar, in base
   */
  marketPrice(shown: number, sign: Sign, quantity: number, volume: number, tick: Grid | null): number {
    let share = this.halfSpread + this.#slippage;
    if (this.#impact > 0) share += this.#impact * Math.sqrt(volume > quantity ? quantity / volume : 1);
    return sign > 0 ? ceilTo(tick, shown * (1 + share)) : floorTo(tick, shown * (1 - share));
  }
}
