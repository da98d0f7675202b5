import { Amount, written, ZERO } from './amount.ts';
import type { Book } from './book.ts';
import { isOpen, isStop, type Order, type Trade } from './order.ts';
import type { ResponseType } from './order-request.ts';

const SELF_TRADE = { selfTradePreventionMode: 'EXPIRE_MAKER' };

/** The answer to `POST order`. */
export function placedAnswer(book: Book, order: Order, responseType: ResponseType): object {
  const acknowledged = {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    transactTime: order.time,
  };
  if (responseType === 'ACK') return acknowledged;
  const result = { ...acknowledged, ...stateOf(order), workingTime: workingTime(order), ...SELF_TRADE };
  if (responseType === 'RESULT') return result;
  const fills = order.tradeIds.map(id => book.trades[id - 1]).map(fillOf);
  return { ...result, fills };
}

/** An order as queries answer it. */
export function queriedAnswer(order: Order): object {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    ...stateOf(order),
    stopPrice: order.stopPrice,
    icebergQty: written(ZERO),
    time: order.time,
    updateTime: order.updateTime,
    isWorking: isWorking(order),
    workingTime: workingTime(order),
    ...SELF_TRADE,
  };
}

/** The answer to a cancel: its `clientOrderId` is the cancel's own. */
export function canceledAnswer(order: Order, cancelId: string): object {
  return {
    symbol: order.symbol,
    origClientOrderId: order.clientOrderId,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: cancelId,
    transactTime: order.updateTime,
    ...stateOf(order),
    ...SELF_TRADE,
  };
}

/** A trade as `GET myTrades` answers it. */
export function tradeAnswer(trade: Trade) {
  return {
    symbol: trade.symbol,
    id: trade.id,
    orderId: trade.orderId,
    orderListId: -1,
    price: trade.price,
    qty: trade.quantity,
    quoteQty: trade.quote,
    commission: trade.commission,
    commissionAsset: trade.commissionAsset,
    time: trade.time,
    isBuyer: trade.side === 'BUY',
    isMaker: trade.isMaker,
    isBestMatch: true,
  };
}

/** The answer to `GET account`; commissions are told in basis points, too. */
export function accountAnswer(
  book: Book,
  { makerFee, takerFee }: { readonly makerFee: string; readonly takerFee: string },
  omitZero: boolean,
): object {
  const points = (share: string) => new Amount(share).times(10_000).toNumber();
  const balances = book.balances
    .entries()
    .filter(([, { free, locked }]) => !omitZero || free.plus(locked).gt(0))
    .map(([asset, { free, locked }]) => ({ asset, free: written(free), locked: written(locked) }));
  return {
    makerCommission: points(makerFee),
    takerCommission: points(takerFee),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: written(new Amount(makerFee)),
      taker: written(new Amount(takerFee)),
      buyer: written(ZERO),
      seller: written(ZERO),
    },
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: book.lastTime,
    accountType: 'SPOT',
    balances,
    permissions: ['SPOT'],
    uid: 1,
  };
}

function stateOf(order: Order) {
  return {
    price: order.price,
    origQty: order.quantity,
    executedQty: written(order.executed),
    origQuoteOrderQty: order.quoteOrderQuantity,
    cummulativeQuoteQty: written(order.executedQuote),
    status: order.status,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
    ...(isStop(order.type) ? { stopPrice: order.stopPrice } : {}),
  };
}

function fillOf(trade: Trade) {
  const { price, quantity, commission, commissionAsset, id } = trade;
  return { price, qty: quantity, commission, commissionAsset, tradeId: id };
}

/** A stop works once its price was reached. */
function isWorking(order: Order): boolean {
  return isOpen(order) ? !isStop(order.type) || order.isTriggered : true;
}

function workingTime(order: Order): number {
  if (!isStop(order.type)) return order.time;
  return order.events.find(event => event.kind === 'triggered')?.time ?? -1;
}
