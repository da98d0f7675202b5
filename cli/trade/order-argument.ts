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
  orders(account: string, range: { fromTime: number; toTime: number }): readonly KnownOrder[];
}

const RECENT_MS = 7 * 86_400_000;

/**
 * The order of an id; of a beginning of an id, the one among the orders that are not final, else among those of the last week.
 * @throws AlphaloomError ORDER_UNKNOWN where none begins so, USAGE where several do, or it is no id
 */
export function orderOf(ledger: OrderBook, text: string, now: number): KnownOrder {
  if (!/^[0-9a-f]{4,32}$/.test(text)) {
    throw new AlphaloomError(
      'USAGE',
      `"${text}" is not an order’s id: 32 hexadecimal digits, or at least the first four. See trade status.`,
      { got: text },
    );
  }
  const exact = text.length === 32 ? ledger.order(text) : null;
  if (exact) return exact;
  const begun = (read: (account: string) => readonly KnownOrder[]) =>
    ledger
      .accounts()
      .flatMap(({ account }) => read(account))
      .filter(({ clientOrderId }) => clientOrderId.startsWith(text));
  const open = begun(account => ledger.openOrders(account));
  const range = { fromTime: now - RECENT_MS, toTime: Number.MAX_SAFE_INTEGER };
  const found = open.length > 0 ? open : begun(account => ledger.orders(account, range));
  if (found.length === 1) return found[0];
  throw new AlphaloomError(
    found.length === 0 ? 'ORDER_UNKNOWN' : 'USAGE',
    found.length === 0
      ? `No order of the last week begins with ${text}. Older ones are named by their whole id (trade export --kind orders).`
      : `${found.length} orders begin with ${text}: ${found.map(({ clientOrderId }) => clientOrderId).join(', ')}.`,
    { got: text },
  );
}
