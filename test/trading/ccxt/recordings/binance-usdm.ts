import { binanceUsdm } from '../../../../venues/cards/binance-usdm.ts';
import type { RecordedAnswer, RecordedRequest, Routes } from '../recorded-venue.ts';
import { NOW, type StandingFill, type StandingOrder, type VenueRecording } from './recording.ts';

const ok = (json: unknown): RecordedAnswer => ({ json });
const error = (code: number, msg = 'no'): RecordedAnswer => ({
  status: 400,
  body: JSON.stringify({ code, msg }),
});
const STATUSES = {
  open: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
  rejected: 'REJECTED',
};
const ORDER = '/fapi/v1/order';
const ALGO = '/fapi/v1/algoOrder';

/** After https://developers.binance.com/docs/derivatives/usds-margined-futures, and ccxt 4.5.84's parsers. */
export const binanceUsdmRecording: VenueRecording = {
  card: binanceUsdm,
  credentials: { apiKey: 'key', secret: 'secret' },
  symbol: 'BTCUSDT',
  basics: {
    'GET /fapi/v1/time': ok({ serverTime: NOW }),
    'GET /fapi/v1/exchangeInfo': ok({
      timezone: 'UTC',
      serverTime: NOW,
      symbols: [
        {
          symbol: 'BTCUSDT',
          pair: 'BTCUSDT',
          contractType: 'PERPETUAL',
          deliveryDate: 4133404800000,
          onboardDate: 1569398400000,
          status: 'TRADING',
          baseAsset: 'BTC',
          quoteAsset: 'USDT',
          marginAsset: 'USDT',
          pricePrecision: 2,
          quantityPrecision: 3,
          filters: [
            { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '4529764', tickSize: '0.01' },
            { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' },
            { filterType: 'MIN_NOTIONAL', notional: '100' },
          ],
          orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET'],
        },
      ],
    }),
  },
  posts: {
    market: {
      path: ORDER,
      parameters: newClientOrderId =>
        sent('BUY', { type: 'MARKET', newClientOrderId, newOrderRespType: 'RESULT' }),
    },
    limit: {
      path: ORDER,
      parameters: newClientOrderId =>
        sent('BUY', {
          type: 'LIMIT',
          price: '60000',
          timeInForce: 'GTC',
          newClientOrderId,
          newOrderRespType: 'RESULT',
        }),
    },
    stop: {
      path: ALGO,
      parameters: clientAlgoId =>
        sent('SELL', {
          algoType: 'CONDITIONAL',
          type: 'STOP_MARKET',
          triggerPrice: '50000',
          workingType: 'CONTRACT_PRICE',
          clientAlgoId,
        }),
    },
  },
  echoesId: true,
  taken: (order): Routes => {
    const standing: StandingOrder = {
      side: 'buy',
      status: 'open',
      quantity: '0.5',
      filled: '0',
      price: order.type === 'limit' ? '60000' : null,
      stopPrice: order.type === 'stop' ? '50000' : null,
      ...order,
    };
    return order.type === 'stop'
      ? { [`POST ${ALGO}`]: ok(algoRow(standing)) }
      : { [`POST ${ORDER}`]: ok(orderRow(standing)) };
  },
  refused: (_, answer) => ({ [`POST ${ORDER}`]: answer }),
  refusals: [
    ['too little margin', error(-2019, 'Margin is insufficient.'), 'insufficient-balance'],
    ['too small an order', error(-4164), 'filter'],
    [
      'an order that would open what it should close',
      error(-2022, 'ReduceOnly Order is rejected.'),
      'reduce-only',
    ],
    ['a stop beyond the price', error(-2021, 'Order would immediately trigger.'), 'would-trigger'],
    ['a request out of its time', error(-1021), 'expired-request'],
  ],
  duplicate: error(-4116, 'ClientOrderId is duplicated.'),
  undecided: {
    status: 408,
    body: '{"code":-1007,"msg":"Timeout waiting for response from backend server."}',
  },
  keysRefused: {
    status: 401,
    body: '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}',
  },
  found: (order, type): Routes => {
    const none = error(-2013, 'Order does not exist.');
    if (type !== 'stop') return { [`GET ${ORDER}`]: order ? ok(orderRow(order)) : none };
    return {
      [`GET ${ALGO}`]: order ? ok(algoRow({ ...order, venueOrderId: '70' }, '77')) : none,
      [`GET ${ORDER}`]: order
        ? ok(orderRow({ ...order, type: 'market', venueOrderId: '77', venueClientId: 'made' }))
        : none,
    };
  },
  canceled: ({ venueOrderId, venueClientId, type }): Routes =>
    type === 'stop'
      ? {
          [`DELETE ${ALGO}`]: ok({
            algoId: Number(venueOrderId),
            clientAlgoId: venueClientId,
            code: '200',
            msg: 'success',
          }),
        }
      : {
          [`DELETE ${ORDER}`]: ok({
            ...orderRow({
              venueOrderId,
              venueClientId,
              type,
              side: 'buy',
              status: 'canceled',
              quantity: '0.5',
              filled: '0',
              price: '60000',
              stopPrice: null,
            }),
          }),
        },
  gone: () => ({
    [`DELETE ${ALGO}`]: error(-2011, 'Unknown order sent.'),
    [`DELETE ${ORDER}`]: error(-2011, 'Unknown order sent.'),
  }),
  open: orders => ({
    'GET /fapi/v1/openOrders': ok(orders.filter(({ type }) => type !== 'stop').map(orderRow)),
    'GET /fapi/v1/openAlgoOrders': ok(
      orders.filter(({ type }) => type === 'stop').map(order => algoRow(order)),
    ),
  }),
  fills: pages => ({
    'GET /fapi/v1/userTrades': (request: RecordedRequest) => {
      const from = request.parameters.fromId;
      if (from === undefined) return ok((pages[0] ?? []).map(trade));
      return ok(
        pages
          .slice(1)
          .flat()
          .filter(({ tradeId }) => Number(tradeId) >= Number(from))
          .map(trade),
      );
    },
    'GET /fapi/v1/forceOrders': ok([]),
  }),
  fillsPath: '/fapi/v1/userTrades',
  feeCurrency: 'USDT',
  balances: rows => ({
    'GET /fapi/v3/balance': ok(
      rows.map(({ currency, free }) => ({
        accountAlias: 'a',
        asset: currency,
        balance: '0.12345679',
        crossWalletBalance: '0.12345679',
        availableBalance: free,
        updateTime: NOW,
      })),
    ),
  }),
  quote: (bidPrice, askPrice, price) => ({
    'GET /fapi/v1/ticker/bookTicker': ok({ symbol: 'BTCUSDT', bidPrice, askPrice, time: NOW }),
    'GET /fapi/v1/ticker/price': ok({ symbol: 'BTCUSDT', price, time: NOW }),
  }),
  questionPaths: {
    lookUp: [`GET ${ORDER}`],
    openOrders: ['GET /fapi/v1/openOrders'],
    fills: ['GET /fapi/v1/userTrades'],
    balances: ['GET /fapi/v3/balance'],
  },
};

function sent(side: string, terms: object) {
  return { symbol: 'BTCUSDT', side, quantity: '0.5', ...terms };
}

export function orderRow(order: StandingOrder) {
  return {
    symbol: 'BTCUSDT',
    orderId: Number(order.venueOrderId),
    clientOrderId: order.venueClientId,
    side: order.side.toUpperCase(),
    type: order.type.toUpperCase(),
    status: STATUSES[order.status],
    origQty: order.quantity,
    executedQty: order.filled,
    price: order.price ?? '0',
    avgPrice: '0.00',
    cumQuote: '0',
    stopPrice: order.stopPrice ?? '0',
    reduceOnly: false,
    positionSide: 'BOTH',
    updateTime: NOW,
  };
}

export function algoRow(order: StandingOrder, actualOrderId = '') {
  return {
    algoId: Number(order.venueOrderId),
    clientAlgoId: order.venueClientId,
    algoType: 'CONDITIONAL',
    orderType: 'STOP_MARKET',
    symbol: 'BTCUSDT',
    side: order.side.toUpperCase(),
    positionSide: 'BOTH',
    quantity: order.quantity,
    algoStatus: actualOrderId === '' ? 'NEW' : 'TRIGGERED',
    actualOrderId,
    triggerPrice: order.stopPrice,
    price: '0.00',
    reduceOnly: true,
    createTime: NOW,
    updateTime: NOW,
  };
}

function trade(fill: StandingFill) {
  return {
    symbol: 'BTCUSDT',
    id: Number(fill.tradeId),
    orderId: Number(fill.venueOrderId),
    side: fill.side.toUpperCase(),
    price: fill.price,
    qty: fill.quantity,
    realizedPnl: '0',
    quoteQty: '7.407',
    commission: fill.fee,
    commissionAsset: 'USDT',
    time: fill.time,
    positionSide: 'BOTH',
    maker: fill.isMaker,
    buyer: fill.side === 'buy',
  };
}
