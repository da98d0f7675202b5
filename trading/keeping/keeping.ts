import { z } from 'zod';
import type { Market } from '../../contracts/market.ts';
import type { OrderLeg } from '../../contracts/trading.ts';
import { gridOf } from '../../strategy/grid.ts';
import { levelPrice, NEVER_ABOVE, NEVER_BELOW } from '../../strategy/levels.ts';
import { furthest, trailedStop } from '../../strategy/trailing-stop.ts';
import { stepsInBase } from '../../strategy/venue-order.ts';
import { type Amount, amount, ZERO } from '../ledger/amounts.ts';
import type { LedgerOrder, LedgerPosition } from '../ledger/records.ts';
import { flooredToLot } from '../orders/order-sizes.ts';

/** A closed bar of a traded symbol; prices in quote. */
export interface KeptBar {
  readonly symbol: string;
  /** Open time, epoch ms. */
  readonly barTime: number;
  readonly high: number;
  readonly low: number;
}

const keepingSchema = z.strictObject({
  /** Furthest price in favour of the closed bars; 0 before any. */
  best: z.number(),
  /** Where the trailing stop stands; null: nowhere yet. */
  trail: z.number().nullable(),
  /** Open time of the newest bar that counts in them; null: none. */
  barTime: z.number().nullable(),
  /** Epoch ms by which the venue must have confirmed the stop; null: it has, or none is wanted. */
  stopDue: z.number().nullable(),
  /** Epoch ms at which the price was first seen beyond a stop that rests on; null: it is not. */
  passedSince: z.number().nullable().default(null),
  /** Epoch ms by which a price has to have come for a stop that is watched here, or it is told; null: prices come. */
  priceDue: z.number().nullable().default(null),
  /** What of it (of so much, signed) the venue lacks or others hold, in base, as last found; null: nothing. */
  lacking: z
    .strictObject({ kind: z.enum(['gone', 'held']), quantity: z.string(), of: z.string() })
    .nullable()
    // Found anew where it was kept otherwise.
    .catch(null),
  /** Why the whole position is on its way out; null: it is not. */
  leaving: z.enum(['stop', 'trailing', 'time', 'signal', 'stop-unconfirmed', 'flattened']).nullable(),
});

/** What the keeper remembers of a position; everything else it reads from orders and fills. */
export type Keeping = z.infer<typeof keepingSchema>;

export const NOTHING_KEPT: Keeping = {
  best: 0,
  trail: null,
  barTime: null,
  stopDue: null,
  passedSince: null,
  priceDue: null,
  lacking: null,
  leaving: null,
};

export function keepingOf({ keeping }: Pick<LedgerPosition, 'keeping'>): Keeping {
  return keeping === null ? NOTHING_KEPT : keepingSchema.parse(keeping);
}

/** Levels of a position, from its average entry as the backtest sets them; prices in quote, quantities in base. */
export interface KeptLevels {
  readonly side: 1 | -1;
  /** The nearer of stop and trailing stop; null: neither. */
  readonly stop: number | null;
  readonly stopReason: 'stop' | 'trailing';
  readonly targets: readonly KeptTarget[];
}

export interface KeptTarget {
  readonly leg: OrderLeg;
  readonly price: number;
  /** What is to leave there still. */
  readonly left: Amount;
}

const TARGET_LEGS = ['target1', 'target2', 'target3'] as const satisfies readonly OrderLeg[];
/** Shares that add up to this are the whole. */
const WHOLE_SHARE = 1 - 1e-9;

/** @param exits orders of the position that are no entries, whatever became of them */
export function keptLevels(
  position: LedgerPosition,
  { trail }: Keeping,
  exits: readonly LedgerOrder[],
  market: Market,
): KeptLevels {
  const side = sideOf(position);
  const entryPrice = Number(position.entryPrice);
  const tick = gridOf(stepsInBase(market).tick);
  const { stop = null, targets = [] } = position.plan ?? {};
  const fixed = stop === null ? never(side) : levelPrice(entryPrice, -side, stop, tick);
  const trailing = trail ?? never(side);
  const nearer = side > 0 ? Math.max(fixed, trailing) : Math.min(fixed, trailing);
  const received = amount(position.quantity).abs().plus(filledBase(exits, market));
  let shares = 0;
  let given = ZERO;
  const kept = targets.map(({ distance, share }, index) => {
    shares += share;
    const takesRest = index === targets.length - 1 && shares >= WHOLE_SHARE;
    const quantity = takesRest ? received.minus(given) : flooredToLot(received.times(share), market);
    given = given.plus(quantity);
    const leg = TARGET_LEGS[index];
    const taken = filledBase(
      exits.filter(order => order.leg === leg),
      market,
    );
    return { leg, price: levelPrice(entryPrice, side, distance, tick), left: quantity.minus(taken) };
  });
  return {
    side,
    stop: nearer === never(side) ? null : nearer,
    stopReason: nearer === fixed ? 'stop' : 'trailing',
    targets: kept,
  };
}

/**
 * After bars have closed: where the trailing stop stands, as in the backtest. Bars that counted already change nothing.
 * @param bars oldest first
 * @param limitFillTime of a limit entry's last fill: what its bar reached may have come before; null: entered at market
 */
export function trailed(
  position: LedgerPosition,
  keeping: Keeping,
  bars: readonly KeptBar[],
  limitFillTime: number | null,
  market: Market,
): Keeping {
  const trailing = position.plan?.trailing ?? null;
  if (trailing === null) return keeping;
  const side = sideOf(position);
  const tick = gridOf(stepsInBase(market).tick);
  let { best, trail, barTime } = keeping;
  for (const bar of bars) {
    if (bar.symbol !== position.symbol || bar.barTime <= Math.max(position.signalBarTime, barTime ?? 0))
      continue;
    barTime = bar.barTime;
    if (limitFillTime === null || limitFillTime < bar.barTime)
      best = furthest(side, best, side > 0 ? bar.high : bar.low);
    const moved = trailedStop(
      side,
      trailing,
      { best, trail: trail ?? never(side) },
      Number(position.entryPrice),
      tick,
    );
    trail = moved === never(side) ? null : moved;
  }
  return { ...keeping, best, trail, barTime };
}

export function sideOf({ quantity }: Pick<LedgerPosition, 'quantity'>): 1 | -1 {
  return amount(quantity).isNegative() ? -1 : 1;
}

function never(side: number): number {
  return side > 0 ? NEVER_BELOW : NEVER_ABOVE;
}

function filledBase(orders: readonly LedgerOrder[], { contractSize }: Market): Amount {
  return orders.reduce((sum, { filled }) => sum.plus(filled), ZERO).times(contractSize ?? 1);
}
