import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountState } from '../../contracts/trading.ts';

interface KnownOrder {
  readonly account: string;
  readonly clientOrderId: string;
}

interface OrderBook {
  accounts(): readonly { readonly account: string; readonly state: AccountState }[];
  order(clientOrderId: string): KnownOrder | null;
  openOrders(account: string): readonly KnownOrder[];
}

/**
 * The order of an id; of a beginning of an id, the one among the orders that are not final.
 * @throws AlphaloomError ORDER_UNKNOWN where none begins so, USAGE where several do, or it is no id
 */
export function orderOf(ledger: OrderBook, text: string): KnownOrder {
  if (!/^[0-9a-f]{4,32}$/.test(text)) {
    throw new AlphaloomError(
      'USAGE',
      `"${text}" is not an order’s id: 32 hexadecimal digits, or at least the first four. See trade status.`,
      { got: text },
    );
  }
  const exact = text.length === 32 ? ledger.order(text) : null;
  if (exact) return exact;
  const open = ledger.accounts().flatMap(({ account }) => ledger.openOrders(account));
  const found = open.filter(({ clientOrderId }) => clientOrderId.startsWith(text));
  if (found.length === 1) return found[0];
  throw new AlphaloomError(
    found.length === 0 ? 'ORDER_UNKNOWN' : 'USAGE',
    found.length === 0
      ? `No order that is still open begins with ${text}. trade status shows those; others are named by their whole id (trade export --kind orders).`
      : `${found.length} orders begin with ${text}: ${found.map(({ clientOrderId }) => clientOrderId).join(', ')}.`,
    { got: text },
  );
}
