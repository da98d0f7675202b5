import { Decimal } from 'decimal.js';
import type { Fill } from '../../contracts/fill.ts';
import type { Market } from '../../contracts/market.ts';
import { digits } from '../deciding/account-orders.ts';
import type { SubmittedOrder, VenueFill, VenueOrder } from '../venue.ts';

/** Orders that rest in the engine for one symbol: at most one entry and one exit. */
export interface RestingOrders {
  readonly entry: PaperOrder | null;
  readonly exit: PaperOrder | null;
  /** Client order id of the entry that made the position; null: there is none. */
  readonly positionOrder: string | null;
}

/** An order as the venue keeps it; what is filled as the engine's float. */
export interface PaperOrder {
  readonly order: VenueOrder;
  readonly filledBase: number;
}

export const NO_ORDERS: RestingOrders = { entry: null, exit: null, positionOrder: null };

/** What an order fills short of its quantity by and is whole all the same. */
const WHOLE_SHARE = 1 - 1e-9;

export function accepted(order: SubmittedOrder, time: number): PaperOrder {
  const { clientOrderId, symbol, side, type, quantity, price } = order;
  return {
    filledBase: 0,
    order: {
      venueOrderId: `paper-${clientOrderId}`,
      clientOrderId,
      symbol,
      side,
      type,
      status: 'open',
      quantity,
      filled: '0',
      price,
      stopPrice: null,
      time,
    },
  };
}

/** A fill of the engine as a venue reports it, named after its bar and its place in it. */
export function venueFill(
  fill: Fill,
  at: number,
  { entry, exit, positionOrder }: RestingOrders,
  market: Market,
  barMs: number,
): VenueFill {
  const order = fill.reason === 'entry' ? entry : isAskedFor(fill) ? exit : null;
  const fees = [];
  if (fill.fee > 0) {
    const currency = fill.feeCurrency === 'base' ? market.base : market.quote;
    fees.push({ amount: digits(fill.fee), currency });
  }
  if (fill.dust > 0) fees.push({ amount: digits(fill.dust), currency: market.base });
  return {
    tradeId: `${fill.symbol}-${fill.time}-${at}`,
    venueOrderId: order?.order.venueOrderId ?? `paper-${positionOrder}-${fill.reason}`,
    clientOrderId: order?.order.clientOrderId ?? null,
    symbol: fill.symbol,
    side: fill.side,
    price: digits(fill.price),
    quantity: digits(inContracts(fill.quantity, market)),
    fees,
    isMaker: fill.isMaker,
    time: fill.time + Math.floor(MOMENT_OF_BAR[fill.moment] * (barMs - 1)),
    reason: fill.reason === 'entry' || fill.reason === 'end' ? null : fill.reason,
  };
}

const MOMENT_OF_BAR = { open: 0, within: 0.5, close: 1 } as const;

/** The orders after a fill: what it filled, and whose position it is. */
export function afterFill(orders: RestingOrders, fill: Fill, market: Market): RestingOrders {
  if (fill.reason === 'entry') {
    const entry = orders.entry && filled(orders.entry, fill, market);
    return {
      ...orders,
      entry,
      positionOrder: fill.opens ? (entry?.order.clientOrderId ?? null) : orders.positionOrder,
    };
  }
  const exit = orders.exit && isAskedFor(fill) ? filled(orders.exit, fill, market) : orders.exit;
  return { ...orders, exit, positionOrder: fill.positionRemaining === 0 ? null : orders.positionOrder };
}

/** An order that rests no more in the engine: whole, or what came of it until its end. */
export function ended({ order, filledBase }: PaperOrder, market: Market): VenueOrder {
  const isWhole = inContracts(filledBase, market) >= Number(order.quantity) * WHOLE_SHARE;
  return { ...order, status: isWhole ? 'filled' : 'expired' };
}

export function inContracts(base: number, { contractSize }: Market): number {
  return contractSize === null ? base : base / Number(contractSize);
}

export function inBase(contracts: string, { contractSize }: Market): number {
  return contractSize === null ? Number(contracts) : Number(contracts) * Number(contractSize);
}

/** Levels, time and liquidation are the engine's own doing. */
function isAskedFor({ reason }: Fill): boolean {
  return reason === 'signal' || reason === 'end';
}

function filled({ order, filledBase }: PaperOrder, { quantity }: Fill, market: Market): PaperOrder {
  // The exact sum of what its fills say: a ledger waits for fills until they add up to it.
  const sum = new Decimal(order.filled).plus(digits(inContracts(quantity, market)));
  return { filledBase: filledBase + quantity, order: { ...order, filled: sum.toFixed() } };
}
