import type { TradingRules } from '../contracts/backtest.ts';
import type { Intent } from '../contracts/intents.ts';
import { floorTo, gridOf } from './grid.ts';

/** What doubles may lose of a quantity that is the largest. */
const NEAR = 1e-9;

/** As much of a quantity as fits into one order of the market, on the lot; 0 where no lot does. In base. */
export function inOneOrder(quantity: number, rules: TradingRules | null): number {
  const most = rules?.maxQuantity;
  if (most === undefined || quantity <= most * (1 + NEAR)) return quantity;
  return floorTo(gridOf(rules!.lot), most);
}

/** The same of what is wanted: an entry into which no lot fits is none. */
export function entriesInOneOrder(intents: readonly Intent[], rules: TradingRules | null): readonly Intent[] {
  if (rules?.maxQuantity === undefined) return intents;
  return intents.flatMap((intent): readonly Intent[] => {
    if (intent.kind !== 'enter') return [intent];
    const quantity = inOneOrder(intent.quantity, rules);
    return quantity > 0 ? [{ ...intent, quantity }] : [];
  });
}
