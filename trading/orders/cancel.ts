import { AlphaloomError } from '../../contracts/errors.ts';
import { type Desk, until } from '../desk.ts';
import type { LedgerOrder } from '../ledger/records.ts';
import { endOrder } from './end-order.ts';

/**
 * Cancels an order of the account and waits for its end; one that is final stays as it is.
 * @throws AlphaloomError ORDER_UNKNOWN, VENUE_*, TRADING_LATE when its end is not known by the deadline
 */
export async function cancelOrder(
  desk: Desk,
  clientOrderId: string,
  { deadline }: { readonly deadline: number },
): Promise<LedgerOrder> {
  const order = desk.ledger.order(clientOrderId);
  if (order === null || order.account !== desk.account) {
    throw new AlphaloomError('ORDER_UNKNOWN', `Account ${desk.account} has no order ${clientOrderId}.`, {
      account: desk.account,
      clientOrderId,
    });
  }
  return desk.symbols.alone(order.symbol, () => endOrder(until(desk, deadline), order));
}
