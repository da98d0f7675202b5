import { bybit } from '../../../../venues/cards/bybit.ts';
import type { RecordedAnswer, RecordedRequest } from '../recorded-venue.ts';
import { NOW, type StandingFill, type StandingOrder, type VenueRecording } from './recording.ts';

const ok = (result: unknown): RecordedAnswer => ({
  json: { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: NOW },
});
const error = (retCode: number): RecordedAnswer => ({
  json: { retCode, retMsg: 'no', result: {}, retExtInfo: {}, time: NOW },
});
const STATUSES = {
  open: 'PartiallyFilled',
  filled: 'Filled',
  canceled: 'PartiallyFilledCanceled',
  expired: 'Cancelled',
  rejected: 'Rejected',
};
const CREATE = '/v5/order/create';
const CANCEL = '/v5/order/cancel';
const REALTIME = 'GET /v5/order/realtime';
const HISTORY = 'GET /v5/order/history';

/** After https://bybit-exchange.github.io/docs/v5, and ccxt 4.5.84's parsers. */
export const bybitRecording: VenueRecording = {
  card: bybit,
  credentials: { apiKey: 'key', secret: 'secret' },
  symbol: 'BTCUSDT',
  basics: {
    'GET /v5/market/time': ok({ timeSecond: String(NOW / 1_000), timeNano: `${NOW}000000` }),
    'GET /v5/market/instruments-info': ok({
      category: 'spot',
      list: [
        {
          symbol: 'BTCUSDT',
          baseCoin: 'BTC',
          quoteCoin: 'USDT',
          status: 'Trading',
          marginTrading: 'none',
          lotSizeFilter: {
            basePrecision: '0.000001',
            quotePrecision: '0.00000001',
            minOrderQty: '0.000048',
            maxOrderQty: '71',
            minOrderAmt: '5',
            maxOrderAmt: '4000000',
          },
          priceFilter: { tickSize: '0.01' },
        },
      ],
    }),
  },
  posts: {
    market: {
      path: CREATE,
      parameters: id => sent(id, { side: 'Buy', orderType: 'Market', marketUnit: 'baseCoin' }),
    },
    limit: {
      path: CREATE,
      parameters: id => sent(id, { side: 'Buy', orderType: 'Limit', price: '60000', timeInForce: 'GTC' }),
    },
    stop: {
      path: CREATE,
      parameters: id =>
        sent(id, {
          side: 'Sell',
          orderType: 'Market',
          marketUnit: 'baseCoin',
          triggerPrice: '50000',
          orderFilter: 'StopOrder',
        }),
    },
  },
  echoesId: true,
  taken: ({ venueOrderId, venueClientId }) => ({
    [`POST ${CREATE}`]: ok({ orderId: venueOrderId, orderLinkId: venueClientId }),
  }),
  refused: (_, answer) => ({ [`POST ${CREATE}`]: answer }),
  refusals: [
    ['too little money', error(170131), 'insufficient-balance'],
    ['too small an order', error(170140), 'filter'],
    ['a symbol that is not there', error(170121), 'symbol-closed'],
    ['a request out of its time', error(10002), 'expired-request'],
  ],
  duplicate: error(170141),
  undecided: error(170007),
  keysRefused: error(10003),
  found: (order, type) => ({
    [REALTIME]: (request: RecordedRequest) =>
      list(
        order?.status === 'open' && (request.parameters.orderFilter === 'StopOrder') === (type === 'stop')
          ? [row(order)]
          : [],
      ),
    [HISTORY]: list(order && order.status !== 'open' ? [row(order)] : []),
  }),
  canceled: ({ venueOrderId, venueClientId }) => ({
    [`POST ${CANCEL}`]: ok({ orderId: venueOrderId, orderLinkId: venueClientId }),
  }),
  gone: () => ({ [`POST ${CANCEL}`]: error(170213) }),
  open: orders => ({
    [REALTIME]: (request: RecordedRequest) =>
      list(
        orders
          .filter(({ type }) => (request.parameters.orderFilter === 'StopOrder') === (type === 'stop'))
          .map(row),
      ),
  }),
  fills: pages => ({
    'GET /v5/execution/list': (request: RecordedRequest) => {
      const page = Number(request.parameters.cursor ?? 0);
      const next = page + 1 < pages.length ? String(page + 1) : '';
      return ok({ category: 'spot', nextPageCursor: next, list: (pages[page] ?? []).map(execution) });
    },
  }),
  fillsPath: '/v5/execution/list',
  feeCurrency: 'BTC',
  balances: rows => ({
    'GET /v5/account/wallet-balance': ok({
      list: [
        {
          accountType: 'UNIFIED',
          coin: rows.map(({ currency, locked }) => ({
            coin: currency,
            walletBalance: '0.12345679',
            locked,
            equity: '0.12345679',
            totalOrderIM: '0',
          })),
        },
      ],
    }),
  }),
  quote: (bid1Price, ask1Price, lastPrice) => ({
    'GET /v5/market/tickers': ok({
      category: 'spot',
      list: [{ symbol: 'BTCUSDT', bid1Price, ask1Price, lastPrice }],
    }),
  }),
  questionPaths: {
    lookUp: [REALTIME],
    openOrders: [REALTIME],
    fills: ['GET /v5/execution/list'],
    balances: ['GET /v5/account/wallet-balance'],
  },
};

function list(rows: readonly object[]): RecordedAnswer {
  return ok({ category: 'spot', nextPageCursor: '', list: rows });
}

function sent(orderLinkId: string, terms: object) {
  return { category: 'spot', symbol: 'BTCUSDT', qty: '0.5', orderLinkId, ...terms };
}

function row(order: StandingOrder) {
  return {
    symbol: 'BTCUSDT',
    orderId: order.venueOrderId,
    orderLinkId: order.venueClientId,
    side: order.side === 'buy' ? 'Buy' : 'Sell',
    orderType: order.type === 'limit' ? 'Limit' : 'Market',
    orderStatus: order.status === 'open' && order.type === 'stop' ? 'Untriggered' : STATUSES[order.status],
    qty: order.quantity,
    cumExecQty: order.filled,
    price: order.price ?? '0.00',
    triggerPrice: order.stopPrice ?? '0.00',
    createdTime: String(NOW),
    updatedTime: String(NOW),
    timeInForce: 'GTC',
    rejectReason: 'EC_NoError',
  };
}

function execution(fill: StandingFill) {
  return {
    symbol: 'BTCUSDT',
    execId: fill.tradeId,
    orderId: fill.venueOrderId,
    orderLinkId: fill.venueClientId,
    side: fill.side === 'buy' ? 'Buy' : 'Sell',
    orderType: 'Limit',
    execPrice: fill.price,
    execQty: fill.quantity,
    execFee: fill.fee,
    feeCurrency: '',
    isMaker: fill.isMaker,
    execTime: String(fill.time),
    execType: 'Trade',
  };
}
