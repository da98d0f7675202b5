import type { CostSpec } from '../../contracts/costs.ts';
import type { Policy } from '../../contracts/policy.ts';
import {
  basisPoints,
  type Decimal,
  decimal,
  least,
  roundedDown,
  roundedUp,
  ZERO,
} from './reference-numbers.ts';
import type { ReferenceSymbol, Sign } from './reference-state.ts';

export type OrderKind = 'market' | 'limit';

export interface Fill {
  readonly price: Decimal;
  readonly spread: Decimal;
  readonly slippage: Decimal;
  readonly fee: Decimal;
}

/** What fills cost. */
export class ReferencePrices {
  readonly #costs: CostSpec;

  constructor(costs: CostSpec) {
    this.#costs = costs;
  }

  /** Of a buy (1) or a sell (−1) at a price that the market showed. */
  fill(symbol: ReferenceSymbol, sign: Sign, quantity: Decimal, shown: Decimal, kind: OrderKind): Fill {
    const rate = this.feeRate(kind);
    if (kind === 'limit')
      return { price: shown, spread: ZERO, slippage: ZERO, fee: quantity.times(shown).times(rate) };
    const { tick } = symbol.rules();
    const volume = symbol.bar === null ? ZERO : symbol.price('volume');
    const part = volume.isZero() ? decimal(1) : least(decimal(1), quantity.div(volume));
    const half = basisPoints(this.#costs.halfSpreadBps);
    const slip = basisPoints(this.#costs.slippageBps).plus(
      basisPoints(this.#costs.impactBps ?? 0).times(part.sqrt()),
    );
    const exact = shown.times(half.plus(slip).times(sign).plus(1));
    const rounded = sign === 1 ? roundedUp(exact, tick) : roundedDown(exact, tick);
    const price = rounded.isZero() ? least(shown, decimal(tick ?? 0)) : rounded;
    const spread = least(quantity.times(shown).times(half), quantity.times(price.minus(shown).abs()));
    return {
      price,
      spread,
      slippage: quantity.times(price.minus(shown).abs()).minus(spread),
      fee: quantity.times(price).times(rate),
    };
  }

  feeRate(kind: OrderKind): Decimal {
    const { feeBps, makerFeeBps } = this.#costs;
    return basisPoints(kind === 'limit' ? (makerFeeBps ?? feeBps) : feeBps);
  }

  paysBase(symbol: ReferenceSymbol): boolean {
    return this.#costs.feeCurrency === 'received' && symbol.market.kind === 'spot';
  }
}

/** Most that an order may take of the bar's volume; null: no limit. */
export function volumeBudget(symbol: ReferenceSymbol, { maxVolumeShare }: Policy): Decimal | null {
  if (maxVolumeShare === undefined) return null;
  return roundedDown(symbol.price('volume').times(maxVolumeShare), symbol.rules().lot);
}
