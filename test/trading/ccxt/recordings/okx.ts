import { okx } from '../../../../venues/cards/okx.ts';
import type { RecordedAnswer, RecordedRequest, Routes } from '../recorded-venue.ts';
import { NOW, type StandingFill, type StandingOrder, type VenueRecording } from './recording.ts';

const ok = (data: readonly object[]): RecordedAnswer => ({ json: { code: '0', msg: '', data } });
const refusedRow = (sCode: string): RecordedAnswer => ({
  json: { code: '1', msg: 'Operation failed.', data: [{ ordId: '', clOrdId: '', sCode, sMsg: 'no' }] },
});
const error = (code: string): RecordedAnswer => ({ json: { code, msg: 'no', data: [] } });
const STATES = {
  open: 'partially_filled',
  filled: 'filled',
  canceled: 'canceled',
  expired: 'canceled',
  rejected: 'canceled',
};
const ORDER = '/api/v5/trade/order';
const ALGO = '/api/v5/trade/order-algo';

/** After https://www.okx.com/docs-v5, and ccxt 4.5.84's parsers. */
export const okxRecording: VenueRecording = {
  card: okx,
  credentials: { apiKey: 'key', secret: 'secret', password: 'phrase' },
  symbol: 'BTCUSDT',
  basics: {
    'GET /api/v5/public/time': ok([{ ts: String(NOW) }]),
    'GET /api/v5/public/instruments': ok([
      {
        instType: 'SPOT',
        instId: 'BTC-USDT',
        baseCcy: 'BTC',
        quoteCcy: 'USDT',
        settleCcy: '',
        tickSz: '0.1',
        lotSz: '0.00000001',
        minSz: '0.00001',
        maxLmtSz: '9999999999',
        state: 'live',
      },
    ]),
  },
  posts: {
    market: { path: ORDER, parameters: clOrdId => sent('buy', { ordType: 'market', clOrdId }) },
    limit: { path: ORDER, parameters: clOrdId => sent('buy', { ordType: 'limit', px: '60000', clOrdId }) },
    stop: {
      path: ALGO,
      parameters: algoClOrdId =>
        sent('sell', { ordType: 'conditional', slTriggerPx: '50000', slOrdPx: '-1', algoClOrdId }),
    },
  },
  echoesId: true,
  taken: ({ venueOrderId, venueClientId, type }): Routes =>
    type === 'stop'
      ? { [`POST ${ALGO}`]: ok([{ algoId: venueOrderId, algoClOrdId: venueClientId, sCode: '0', sMsg: '' }]) }
      : {
          [`POST ${ORDER}`]: ok([
            { ordId: venueOrderId, clOrdId: venueClientId, sCode: '0', sMsg: '', tag: '' },
          ]),
        },
  refused: (_, answer) => ({ [`POST ${ORDER}`]: answer }),
  refusals: [
    ['too little money', refusedRow('51008'), 'insufficient-balance'],
    ['too small an order', refusedRow('51020'), 'filter'],
    ['a suspended market', refusedRow('51021'), 'symbol-closed'],
    [
      'a timestamp that is too old',
      { status: 401, body: '{"code":"50102","msg":"Timestamp request expired"}' },
      'expired-request',
    ],
  ],
  duplicate: refusedRow('51016'),
  undecided: error('50004'),
  keysRefused: { status: 401, body: '{"code":"50111","msg":"Invalid OK-ACCESS-KEY"}' },
  found: (order, type): Routes =>
    type === 'stop'
      ? {
          [`GET ${ALGO}`]: order
            ? ok([{ ...algo(order), state: 'effective', algoId: '70', ordId: '77' }])
            : error('51603'),
          [`GET ${ORDER}`]: order
            ? ok([row({ ...order, type: 'market', venueClientId: '' })])
            : error('51603'),
        }
      : { [`GET ${ORDER}`]: order ? ok([row(order)]) : error('51603') },
  canceled: ({ venueOrderId, venueClientId, type }): Routes =>
    type === 'stop'
      ? {
          'POST /api/v5/trade/cancel-algos': ok([
            { algoId: venueOrderId, algoClOrdId: venueClientId, sCode: '0', sMsg: '' },
          ]),
        }
      : {
          'POST /api/v5/trade/cancel-order': ok([
            { ordId: venueOrderId, clOrdId: venueClientId, sCode: '0', sMsg: '' },
          ]),
        },
  gone: () => ({
    'POST /api/v5/trade/cancel-algos': refusedRow('51400'),
    'POST /api/v5/trade/cancel-order': refusedRow('51400'),
  }),
  open: orders => ({
    'GET /api/v5/trade/orders-pending': ok(orders.filter(({ type }) => type !== 'stop').map(row)),
    'GET /api/v5/trade/orders-algo-pending': ok(orders.filter(({ type }) => type === 'stop').map(algo)),
  }),
  fills: pages => ({
    'GET /api/v5/trade/fills-history': (request: RecordedRequest) => {
      const all = pages.flat().toReversed();
      // A page of 100 is filled with trades of another order, so that there is a next one.
      const padded = [...all.slice(0, 1), ...Array.from({ length: 99 }, () => all[0]), ...all.slice(1)];
      const from = request.parameters.after === undefined ? 0 : 100;
      return ok(all.length === 0 ? [] : padded.slice(from, from + 100).map(fillRow));
    },
  }),
  fillsPath: '/api/v5/trade/fills-history',
  feeCurrency: 'BTC',
  balances: rows => ({
    'GET /api/v5/account/balance': ok([
      {
        uTime: String(NOW),
        details: rows.map(({ currency, free, locked }) => ({
          ccy: currency,
          availBal: free,
          frozenBal: locked,
          eq: '0.12345679',
        })),
      },
    ]),
  }),
  quote: (bidPx, askPx, last) => ({
    'GET /api/v5/market/ticker': ok([{ instId: 'BTC-USDT', bidPx, askPx, last, ts: String(NOW) }]),
  }),
  questionPaths: {
    lookUp: [`GET ${ORDER}`],
    openOrders: ['GET /api/v5/trade/orders-pending'],
    fills: ['GET /api/v5/trade/fills-history'],
    balances: ['GET /api/v5/account/balance'],
  },
};

function sent(side: string, terms: object) {
  return { instId: 'BTC-USDT', tdMode: 'cash', side, sz: '0.5', tgtCcy: 'base_ccy', ...terms };
}

function row(order: StandingOrder) {
  return {
    instType: 'SPOT',
    instId: 'BTC-USDT',
    ordId: order.venueOrderId,
    clOrdId: order.venueClientId,
    side: order.side,
    ordType: order.type,
    state: STATES[order.status],
    sz: order.quantity,
    accFillSz: order.filled,
    px: order.price ?? '',
    cTime: String(NOW),
    uTime: String(NOW),
  };
}

function algo(order: StandingOrder) {
  return {
    instType: 'SPOT',
    instId: 'BTC-USDT',
    algoId: order.venueOrderId,
    algoClOrdId: order.venueClientId,
    ordId: '',
    ordIdList: [],
    side: order.side,
    ordType: 'conditional',
    state: 'live',
    sz: order.quantity,
    slTriggerPx: order.stopPrice,
    slOrdPx: '-1',
    cTime: String(NOW),
  };
}

function fillRow(fill: StandingFill) {
  return {
    instType: 'SPOT',
    instId: 'BTC-USDT',
    tradeId: fill.tradeId,
    billId: fill.tradeId,
    ordId: fill.venueOrderId,
    clOrdId: fill.venueClientId,
    side: fill.side,
    fillPx: fill.price,
    fillSz: fill.quantity,
    fee: `-${fill.fee}`,
    feeCcy: 'BTC',
    execType: fill.isMaker ? 'M' : 'T',
    ts: String(fill.time),
  };
}
