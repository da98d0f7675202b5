import type { TradeSide } from '../contracts/backtest.ts';
import type { CostSpec } from '../contracts/costs.ts';
import type { MarketKind } from '../contracts/series.ts';
import { FillCosts } from './fill-costs.ts';

/** Costs of one side (an entry or an exit) at market, in basis points of that side's notional. */
export function costsPerSideBps(costs: CostSpec): number {
  return costs.feeBps + costs.halfSpreadBps + costs.slippageBps;
}

/** Log return of a move that just pays for its entry and its exit. */
export function breakEvenLogReturn(costs: CostSpec): number {
  const perSide = costsPerSideBps(costs) / 10_000;
  return Math.log((1 + perSide) / (1 - perSide));
}

/** Where a fill's size makes no difference. */
const ANYWHERE = { tick: null, volume: 1 };

/** Simple return on the entry price before costs. */
export function grossReturn(side: TradeSide, entryPrice: number, exitPrice: number): number {
  return (side === 'LONG' ? exitPrice - entryPrice : entryPrice - exitPrice) / entryPrice;
}

/**
 * What trades of an account without steps of price or size cost, whatever their size: what a matched trade is charged where
 * costs don't grow with it.
 */
export class TradeCosts {
  readonly #costs: FillCosts;
  readonly #isSpot: boolean;
  /** Whether a buy's fee is taken from what is bought. */
  readonly #feeInBase: boolean;

  constructor(costs: CostSpec, market: MarketKind) {
    this.#costs = new FillCosts(costs);
    this.#isSpot = market === 'spot';
    this.#feeInBase = this.#isSpot && costs.feeCurrency === 'received';
  }

  /**
   * Simple return, on the entry price that the market showed, of a trade that entered at market.
   * @param byTarget whether it left by a resting order, which pays the maker fee alone
   */
  netReturn(side: TradeSide, entryPrice: number, exitPrice: number, byTarget: boolean): number {
    const { takerFee, makerFee } = this.#costs;
    const sign = side === 'LONG' ? 1 : -1;
    const entry = this.#atMarket(entryPrice, sign);
    const exit = byTarget ? exitPrice : this.#atMarket(exitPrice, -sign);
    const exitFee = byTarget ? makerFee : takerFee;
    if (this.#feeInBase) return (exit * (1 - takerFee) * (1 - exitFee) - entry) / entryPrice;
    return (sign * (exit - entry) - entry * takerFee - exit * exitFee) / entryPrice;
  }

  /**
   * The entry's notional, at the price that the market showed, as a share of the equity that is put into it whole: as much
   * as was decided at the close before, cut to what can be paid at the open.
   */
  entryShare(side: TradeSide, closeBefore: number, open: number): number {
    const price = this.#atMarket(open, side === 'LONG' ? 1 : -1);
    const paid = this.#isSpot && !this.#feeInBase ? price * (1 + this.#costs.takerFee) : price;
    return open * Math.min(1 / closeBefore, 1 / paid);
  }

  #atMarket(shown: number, sign: number): number {
    return this.#costs.marketPrice(shown, sign > 0 ? 1 : -1, 0, ANYWHERE);
  }
}
