import { Decimal } from 'decimal.js';
import type { LedgerFill, LedgerOrder, LedgerPosition, SlotRecord } from '../../trading/ledger/records.ts';
import type { InspectedOrder, Inspection } from '../../venues/loopback/inspection.ts';
import type { Trade } from '../../venues/loopback/orders/order.ts';

/** What the ledger has of one account, read at one time. */
export interface LedgerSide {
  readonly orders: readonly LedgerOrder[];
  readonly fills: readonly LedgerFill[];
  readonly positions: readonly LedgerPosition[];
  readonly dust: readonly { readonly symbol: string; readonly quantity: string }[];
  readonly slots: readonly SlotRecord[];
}

/** A market of the account: which coin it fills the account with. */
export interface TradedMarket {
  readonly symbol: string;
  readonly base: string;
}

export type DifferenceKind =
  | 'duplicate-order'
  | 'second-entry'
  | 'unknown-order'
  | 'ungranted-order'
  | 'lost-fill'
  | 'invented-fill'
  | 'different-fill'
  | 'orphaned-position'
  | 'naked-position'
  | 'different-coins'
  | 'resting-order'
  | 'missing-order'
  | 'unsettled-order';

/** Where exchange and ledger do not say the same, with both sides’ words. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly symbol: string;
  readonly says: string;
  readonly exchange: unknown;
  readonly ledger: unknown;
}

/** What no moment excuses; the others may hold for as long as something is under way. */
export const AT_ONCE: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'duplicate-order',
  'second-entry',
  'unknown-order',
  'ungranted-order',
  'invented-fill',
  'different-fill',
]);

/** Compares the exchange’s own book with the ledger of the only account that trades there. */
export function compareBooks(
  exchange: Inspection,
  ledger: LedgerSide,
  markets: readonly TradedMarket[],
): Difference[] {
  return [
    ...orderDifferences(exchange, ledger),
    ...fillDifferences(exchange, ledger),
    ...markets.flatMap(market => holdingDifferences(exchange, ledger, market)),
    ...restingDifferences(exchange, ledger),
  ];
}

/** Every order that was accepted is one that the ledger let go, once; each close of a symbol has at most one entry. */
function orderDifferences(exchange: Inspection, ledger: LedgerSide): Difference[] {
  const known = new Map(ledger.orders.map(order => [order.clientOrderId, order]));
  const found: Difference[] = [];
  for (const [clientOrderId, orders] of Map.groupBy(exchange.orders, order => order.clientOrderId)) {
    const order = known.get(clientOrderId) ?? null;
    const { symbol } = orders[0];
    const add = (kind: DifferenceKind, says: string) =>
      found.push({ kind, symbol, says, exchange: orders, ledger: order });
    if (orders.length > 1) add('duplicate-order', `${clientOrderId} was accepted ${orders.length} times`);
    if (order === null) add('unknown-order', `the ledger has no order ${clientOrderId}`);
    else if (order.sentAt === null)
      add('ungranted-order', `${clientOrderId} stands at the exchange, the ledger calls it ${order.status}`);
    else if (order.status === 'lapsed' || order.status === 'rejected')
      add('ungranted-order', `${clientOrderId} was accepted, the ledger calls it ${order.status}`);
  }
  const accepted = new Set(exchange.orders.map(order => order.clientOrderId));
  const entries = ledger.orders.filter(order => order.leg === 'entry' && accepted.has(order.clientOrderId));
  const decided = Map.groupBy(entries, ({ symbol, timeframe, barTime }) =>
    [symbol, timeframe, barTime].join(),
  );
  for (const [, orders] of decided) {
    if (orders.length === 1) continue;
    const { symbol, barTime } = orders[0];
    const says = `the bar of ${new Date(barTime).toISOString()} has ${orders.length} entries`;
    found.push({ kind: 'second-entry', symbol, says, exchange: null, ledger: orders });
  }
  return found;
}

function fillDifferences({ trades }: Inspection, { fills }: LedgerSide): Difference[] {
  const key = (symbol: string, id: number | string) => `${symbol}/${id}`;
  const booked = new Map(fills.map(fill => [key(fill.symbol, fill.tradeId), fill]));
  const found: Difference[] = [];
  for (const trade of trades) {
    const { symbol } = trade;
    const fill = booked.get(key(symbol, trade.id)) ?? null;
    booked.delete(key(symbol, trade.id));
    const words = `trade ${trade.id}: ${trade.side} ${trade.quantity} at ${trade.price}`;
    if (fill === null)
      found.push({
        kind: 'lost-fill',
        symbol,
        says: `${words} is not booked`,
        exchange: trade,
        ledger: null,
      });
    else if (!isSame(trade, fill))
      found.push({
        kind: 'different-fill',
        symbol,
        says: `${words} is booked otherwise`,
        exchange: trade,
        ledger: fill,
      });
  }
  for (const fill of booked.values()) {
    const says = `fill ${fill.tradeId} is booked, the exchange has no such trade`;
    found.push({ kind: 'invented-fill', symbol: fill.symbol, says, exchange: null, ledger: fill });
  }
  return found;
}

function isSame(trade: Trade, fill: LedgerFill): boolean {
  return (
    fill.origin === 'own' &&
    fill.side === trade.side.toLowerCase() &&
    new Decimal(fill.quantity).equals(trade.quantity) &&
    new Decimal(fill.price).equals(trade.price)
  );
}

/** Coins at the exchange are the ledger’s position and dust; a position has a stop that rests, or what ends it is under way. */
function holdingDifferences(exchange: Inspection, ledger: LedgerSide, market: TradedMarket): Difference[] {
  const { symbol, base } = market;
  const { free = '0', locked = '0' } = exchange.balances[base] ?? {};
  const coins = new Decimal(free).plus(locked);
  const position = ledger.positions.find(held => held.symbol === symbol) ?? null;
  const dust = ledger.dust.find(left => left.symbol === symbol)?.quantity ?? '0';
  const expected = new Decimal(position?.quantity ?? 0).plus(dust);
  const found: Difference[] = [];
  const add = (kind: DifferenceKind, says: string) =>
    found.push({ kind, symbol, says, exchange: { free, locked }, ledger: { position, dust } });
  if (!coins.equals(expected)) {
    const kind = position === null && coins.greaterThan(expected) ? 'orphaned-position' : 'different-coins';
    add(kind, `the exchange holds ${coins.toFixed()} ${base}, the ledger ${expected.toFixed()}`);
  }
  const closing = exchange.orders.filter(
    order => order.symbol === symbol && order.side === 'SELL' && isOpen(order),
  );
  if (position !== null && closing.length === 0)
    add('naked-position', `no stop rests for the position of ${position.quantity} ${base}`);
  return found;
}

/** What rests at the exchange is open in the ledger, and the other way round; nothing is uncertain. */
function restingDifferences({ orders }: Inspection, ledger: LedgerSide): Difference[] {
  const resting = new Map(orders.filter(isOpen).map(order => [order.clientOrderId, order]));
  const found: Difference[] = [];
  for (const order of ledger.orders) {
    const { symbol, clientOrderId, status, leg } = order;
    const there = resting.get(clientOrderId) ?? null;
    resting.delete(clientOrderId);
    const add = (kind: DifferenceKind, says: string) =>
      found.push({ kind, symbol, says: `${leg} ${clientOrderId} ${says}`, exchange: there, ledger: order });
    if (status === 'planned' || status === 'sending' || status === 'unknown')
      add('unsettled-order', `is ${status}`);
    else if (status === 'open' && there === null) add('missing-order', 'is open in the ledger alone');
    else if (status !== 'open' && there !== null)
      add('resting-order', `rests, the ledger calls it ${status}`);
  }
  for (const order of resting.values()) {
    const says = `${order.clientOrderId} rests, and nobody knows of it`;
    found.push({ kind: 'resting-order', symbol: order.symbol, says, exchange: order, ledger: null });
  }
  return found;
}

function isOpen({ status }: Pick<InspectedOrder, 'status'>): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}
