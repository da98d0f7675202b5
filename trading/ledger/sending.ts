import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { OrderReason } from '../../contracts/trading.ts';
import type { AttachedPlan } from '../venue.ts';
import { type Amount, amount, checkAmount, digits, smaller } from './amounts.ts';
import { settleDust, toleranceOf } from './booking.ts';
import { closable, inOneOrder } from './dust.ts';
import { lastEventId } from './events.ts';
import { fundsFor } from './funds.ts';
import { putMarket } from './markets.ts';
import {
  isEntry,
  type OrderRow,
  orderOf,
  recordOrderEvent,
  remaining,
  requireOrder,
  selectOpenOrders,
  updateOrder,
} from './orders.ts';
import { settleSymbols } from './outcomes.ts';
import { endPauses, isPaused } from './pauses.ts';
import { quantityOf, selectPosition } from './positions.ts';
import type { AccountRecord, LedgerOrder, SendGrant, SendRequest } from './records.ts';
import { selectSlot, settleSlot } from './slots.ts';

interface Asked {
  readonly sql: DatabaseSync;
  readonly account: AccountRecord;
  readonly order: OrderRow;
  readonly request: SendRequest;
  /** Orders of the symbol that are not final, without this one. */
  readonly others: readonly OrderRow[];
}

type Rule = readonly [OrderReason, (asked: Asked) => boolean];

const isAtRisk = ({ status }: OrderRow) => status === 'sending' || status === 'unknown';
const isSent = ({ status }: OrderRow) => status !== 'planned';
const isExit = ({ leg }: OrderRow) => leg === 'exit' || leg === 'flatten';

/** What an entry must not break, in the order in which it is told. */
const ENTRY_RULES: readonly Rule[] = [
  ['account-state', ({ account }) => account.state !== 'running'],
  ['not-allowed', asked => hasNoStop(asked)],
  ['symbol-paused', ({ sql, order }) => isPaused(sql, order.account, order.symbol)],
  ['superseded', ({ account, order }) => !trades(account, order)],
  [
    'slot-lost',
    ({ sql, order }) => selectSlot(sql, order.account, order.symbol)?.clientOrderId !== order.client_order_id,
  ],
  ['too-late', ({ order, request }) => order.valid_until !== null && request.sentAt > order.valid_until],
  ['symbol-unknown-order', ({ others }) => others.some(isAtRisk)],
  ['slot-lost', asked => standsInTheWay(asked)],
  ['no-balance', asked => !isAffordable(asked)],
];

const EXIT_RULES: readonly Rule[] = [
  ['account-state', ({ account }) => account.state === 'stopped'],
  // While everything is closed, only what closes it: a stop or a target would hold the coins.
  ['account-state', ({ account, order }) => account.flattening.includes(order.symbol) && !isExit(order)],
  ['too-late', ({ order, request }) => order.valid_until !== null && request.sentAt > order.valid_until],
  ['superseded', ({ order, others }) => others.some(other => isSent(other) && isSameKind(order, other))],
];

/**
 * Transaction B: `planned → sending`, or `withdrawn` with the reason against it. An entry is made as small as the account's
 * money is, an exit as the position and the free balance are, on the lot. Who is granted posts, once; nobody is granted the same order twice.
 */
export function beginSending(sql: DatabaseSync, request: SendRequest): SendGrant {
  const order = requireOrder(sql, request.clientOrderId);
  if (order.status === 'withdrawn')
    return { kind: 'withdrawn', order: orderOf(order), reason: order.reason! };
  if (order.status !== 'planned') return { kind: 'taken', order: orderOf(order) };
  if (request.market.symbol !== order.symbol) throw otherMarket(order, request);

  const account = endPauses(sql, order.account, request.sentAt);
  putMarket(sql, account, request.market);
  const others = selectOpenOrders(sql, order.account, order.symbol).filter(({ id }) => id !== order.id);
  const asked: Asked = { sql, account, order, request, others };
  const rules = isEntry(order) ? ENTRY_RULES : EXIT_RULES;
  const broken = rules.find(([, isBroken]) => isBroken(asked));
  if (broken) return withdrawn(asked, broken[0]);

  const size = isEntry(order) ? entrySize(asked) : exitSize(asked);
  if (typeof size !== 'string') return withdrawn(asked, size.reason);
  const changes = { status: 'sending', sent_at: request.sentAt, quantity: size };
  const sending = updateOrder(sql, order, changes, request.sentAt);
  const detail = size === order.quantity ? {} : { planned: order.quantity, quantity: size };
  recordOrderEvent(sql, sending, 'sending', request.sentAt, { detail });
  return { kind: 'granted', order: orderOf(sending) };
}

/** Withdraws what is still planned; an order that has gone further is returned as it stands. */
export function withdraw(sql: DatabaseSync, id: string, reason: OrderReason, at: number): LedgerOrder {
  const order = requireOrder(sql, id);
  if (order.status !== 'planned') return orderOf(order);
  const next = updateOrder(sql, order, { status: 'withdrawn', reason }, at);
  recordOrderEvent(sql, next, 'withdrawn', at, { reason });
  settleSlot(sql, order.account, order.symbol);
  return orderOf(next);
}

function withdrawn({ sql, account, order, request }: Asked, reason: OrderReason): SendGrant {
  const firstEvent = lastEventId(sql);
  const at = request.sentAt;
  const next = withdraw(sql, order.client_order_id, reason, at);
  if (reason === 'too-small') {
    const { symbol } = order;
    settleDust(sql, account, request.market, { symbol, price: priceOf(order, request), at });
    settleSymbols(sql, account, [symbol], { at, firstEvent });
  }
  return { kind: 'withdrawn', order: next, reason };
}

/** An entry in the venue's units, never for more than the account's own money; the paper venue sees to that as it fills. */
function entrySize({
  sql,
  account,
  order,
  request: { market, price },
}: Asked): string | { reason: OrderReason } {
  if (account.mode === 'paper') return order.quantity;
  const at = order.price ?? price ?? order.decision_price;
  const unit = amount(market.contractSize ?? '1');
  const funds = fundsFor(sql, account, order, market);
  if (amount(order.quantity).times(unit).times(at).lte(funds)) return order.quantity;
  const size = funds.gt(0) ? closable(funds.div(at), market, { price: at, reduceOnly: false }) : null;
  return size === null ? { reason: 'over-limit' } : digits(size);
}

/** A real position without a stop is left alone with the market. */
function hasNoStop({ account, order }: Asked): boolean {
  const plan: AttachedPlan | null = order.plan === null ? null : JSON.parse(order.plan);
  return account.mode === 'live' && plan !== null && plan.exits.stop === null;
}

/** An exit in the venue's units, never more than the position, what is free and one order may be; or why there is none. */
function exitSize(asked: Asked): string | { readonly reason: OrderReason } {
  const { sql, account, order, request, others } = asked;
  const position = quantityOf(selectPosition(sql, order.account, order.symbol));
  const isCloser = position.isNegative() ? order.side === 'buy' : order.side === 'sell';
  if (position.isZero() || !isCloser) return { reason: 'too-small' };
  const unit = amount(request.market.contractSize ?? '1');
  const own = position.abs();
  const decided = amount(order.quantity).times(unit);
  const wanted = smaller(decided, own);
  // The paper venue holds what doubles make of it, off every lot, and knows no minimum: an exit of all stays as it was decided.
  if (account.mode === 'paper')
    return decided.minus(own).abs().lte(toleranceOf(account, own))
      ? order.quantity
      : digits(wanted.div(unit));

  // What rests at the venue holds coins; of what may rest there, the free balance knows better than we do.
  const holds = request.freeBalance === null ? isSent : (other: OrderRow) => other.status === 'open';
  const held = account.kind === 'spot' ? others.filter(other => holds(other) && !isEntry(other)) : [];
  const unheld = held.reduce((left, other) => left.minus(amount(remaining(other)).times(unit)), own);
  const free = freeBase(asked);
  const most = [unheld, free].reduce<Amount>(
    (left, right) => (right === null ? left : smaller(left, right)),
    wanted,
  );
  const size = most.gt(0) ? closable(most, request.market, closingOf(asked)) : null;
  if (size !== null) return digits(inOneOrder(size, request.market, order.type === 'market'));
  return { reason: closable(wanted, request.market, closingOf(asked)) === null ? 'too-small' : 'no-balance' };
}

const closingOf = ({ order, request }: Asked) => ({
  price: priceOf(order, request),
  reduceOnly: order.reduce_only === 1,
});

function priceOf(order: OrderRow, { price }: SendRequest): string {
  return price ?? order.price ?? order.stop_price ?? order.decision_price;
}

/** Free coins for a sale on spot; a purchase that closes, and swaps, are not bound by them. */
function freeBase({ account, order, request }: Asked): Amount | null {
  if (request.freeBalance === null || account.kind !== 'spot' || order.side !== 'sell') return null;
  return checkAmount(request.freeBalance, 'A free balance');
}

function isAffordable({ account, order, request }: Asked): boolean {
  if (request.freeBalance === null || account.kind !== 'spot' || order.side !== 'buy') return true;
  const cost = amount(order.quantity).times(order.price ?? request.price ?? order.decision_price);
  return cost.lte(checkAmount(request.freeBalance, 'A free balance'));
}

/**
 * Another entry bars the entry, and so does a position that is open, unless its exit is at the venue already: then the entry
 * turns it round. The paper venue lets an entry wait until what leaves has left, by whatever order or level.
 */
function standsInTheWay({ sql, account, order, others }: Asked): boolean {
  if (others.some(isEntry)) return true;
  if (account.mode === 'paper' || !selectPosition(sql, order.account, order.symbol)) return false;
  return !others.some(other => isExit(other) && other.status === 'open');
}

function trades({ symbols }: AccountRecord, { symbol, timeframe }: OrderRow): boolean {
  return symbols.some(traded => traded.symbol === symbol && traded.timeframe === timeframe);
}

function isSameKind(order: OrderRow, other: OrderRow): boolean {
  return isExit(order) ? isExit(other) : order.leg === other.leg;
}

function otherMarket({ symbol, client_order_id }: OrderRow, { market }: SendRequest): AlphaloomError {
  return new AlphaloomError('INTERNAL', `The order is of ${symbol}, the market of ${market.symbol}.`, {
    clientOrderId: client_order_id,
    symbol,
    market: market.symbol,
  });
}
