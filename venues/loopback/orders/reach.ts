import { Amount, larger, smaller } from './amount.ts';
import { isStop, type Order, waitsForFall } from './order.ts';

/** In binary numbers, a tick on the safe side: most steps reach no order, and exact decimals take their time. */
export function mayReach(orders: readonly Order[], price: number, tick: number): boolean {
  return orders.some(order => {
    const { digits, fromAbove } = aimOf(order);
    return fromAbove ? price <= Number(digits) + tick : price >= Number(digits) - tick;
  });
}

/** The order that the price reaches first on its way from `at` to `to`, and where. */
export function nearestReached(orders: readonly Order[], at: Amount, to: Amount, served: ReadonlySet<Order>) {
  let nearest: { readonly order: Order; readonly level: Amount } | undefined;
  for (const order of orders) {
    if (served.has(order)) continue;
    const { digits, fromAbove } = aimOf(order);
    const price = new Amount(digits);
    const isReached = fromAbove ? to.lte(price) : to.gte(price);
    if (!isReached) continue;
    // One that the price is beyond already is reached where the price stands.
    const level = fromAbove ? smaller(at, price) : larger(at, price);
    if (!nearest || level.minus(at).abs().lt(nearest.level.minus(at).abs())) nearest = { order, level };
  }
  return nearest;
}

/** The price at which something happens to an order, and whether the price comes to it from above. */
function aimOf(order: Order): { readonly digits: string; readonly fromAbove: boolean } {
  const isWaiting = isStop(order.type) && !order.isTriggered;
  return {
    digits: isWaiting ? order.stopPrice : order.price,
    fromAbove: isWaiting ? waitsForFall(order) : order.side === 'BUY',
  };
}
