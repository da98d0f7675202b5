import { Decimal } from 'decimal.js';
import type { TradingRules } from '../contracts/backtest.ts';
import type { Market } from '../contracts/market.ts';

/** Steps of a market as it states them: decimals in digits, null where it has none; of swaps counted in contracts. */
export type MarketSteps = Pick<Market, 'tick' | 'lot' | 'minQuantity' | 'minNotional' | 'contractSize'> &
  Partial<MarketMost>;

type MarketMost = Pick<Market, 'maxQuantity' | 'maxMarketQuantity'>;

/** An order as a venue takes it: exact decimals in digits, on its steps. */
export interface VenueOrder {
  /** In base, or in contracts where the market counts in them. */
  readonly quantity: string;
  /** null: at market. */
  readonly price: string | null;
}

/** Nearer than this to a step, in steps, is on it, as in `grid`: what arithmetic in doubles may have lost. */
const TOLERANCE_STEPS = new Decimal('1e-9');

/**
 * Rounds an order for its venue: the quantity down to the lot, a limit price to the nearest tick. In decimals, because a
 * venue refuses what is off its steps in the last digit; the floats of `grid` give the same numbers.
 * @param order its quantity in base
 */
export function venueOrder(
  { quantity, limitPrice }: { readonly quantity: number; readonly limitPrice: number | null },
  { tick, lot, contractSize }: MarketSteps,
): VenueOrder {
  return {
    quantity: onStep(new Decimal(quantity).div(contractSize ?? 1), lot, steps =>
      steps.plus(TOLERANCE_STEPS).floor(),
    ),
    price:
      limitPrice === null
        ? null
        : onStep(new Decimal(limitPrice), tick, steps => steps.plus('0.5').plus(TOLERANCE_STEPS).floor()),
  };
}

/** The largest order that may go at market, in the venue's units; null: the market states none. */
export function mostAtMarket({ maxQuantity, maxMarketQuantity }: Partial<MarketMost>): string | null {
  const stated = [maxQuantity, maxMarketQuantity].filter(most => typeof most === 'string');
  return stated.length === 0 ? null : Decimal.min(...stated).toFixed();
}

/** The same steps as numbers in base and quote, for the matching engine: contracts are turned into what they hold. */
export function stepsInBase(steps: MarketSteps): TradingRules {
  const { tick, lot, minQuantity, minNotional, contractSize } = steps;
  const number = (step: string | null, unit: string | null = null) =>
    step === null || Number(step) === 0 ? null : new Decimal(step).times(unit ?? 1).toNumber();
  const maxQuantity = number(mostAtMarket(steps), contractSize);
  return {
    tick: number(tick),
    lot: number(lot, contractSize),
    minQuantity: number(minQuantity, contractSize),
    minNotional: number(minNotional),
    ...(maxQuantity !== null && { maxQuantity }),
  };
}

function onStep(value: Decimal, step: string | null, rounded: (steps: Decimal) => Decimal): string {
  return (step === null ? value : rounded(value.div(step)).times(step)).toFixed();
}
