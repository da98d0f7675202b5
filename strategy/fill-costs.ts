import type { CostSpec } from '../contracts/costs.ts';
import { ceilTo, floorTo, type Grid } from './grid.ts';

/** 1: the trader buys, −1: sells. */
export type Sign = 1 | -1;

/** What doubles may lose of a sum that is equal. */
const NEARLY = 1 - 1e-6;

/** Where an order fills, as far as it sets the price. */
export interface FillPlace {
  readonly tick: Grid | null;
  readonly volume: number;
}

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
   * @param at its tick, and the volume of the bar in base
   */
  marketPrice(shown: number, sign: Sign, quantity: number, at: FillPlace): number {
    let share = this.halfSpread + this.#slippage;
    if (this.#impact > 0) {
      const { volume } = at;
      share += this.#impact * Math.sqrt(volume > quantity ? quantity / volume : 1);
    }
    if (sign > 0) return ceilTo(at.tick, shown * (1 + share));
    const sold = floorTo(at.tick, shown * (1 - share));
    // Under one tick no venue has a price: nothing is given away for 0.
    return sold > 0 ? sold : Math.min(shown, at.tick?.step ?? shown);
  }

  /** Adds what a fill at market paid beyond the shown price to those who keep it: of it half the spread, the rest slippage. */
  chargeMarketFill(
    quantity: number,
    shown: number,
    price: number,
    position: Charged,
    account: Charged,
  ): void {
    const off = quantity * Math.abs(price - shown);
    const halfSpread = quantity * shown * this.halfSpread;
    const spread = off < halfSpread * NEARLY ? off : halfSpread;
    const slippage = Math.max(0, off - spread);
    position.spread += spread;
    position.slippage += slippage;
    account.spread += spread;
    account.slippage += slippage;
  }
}

/** What was paid so far, in quote. */
interface Charged {
  spread: number;
  slippage: number;
}
