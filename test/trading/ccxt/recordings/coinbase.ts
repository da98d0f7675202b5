import { coinbase } from '../../../../venues/cards/coinbase.ts';
import type { RecordedAnswer, RecordedRequest } from '../recorded-venue.ts';
import { NOW, type StandingFill, type StandingOrder, type VenueRecording } from './recording.ts';

const API = '/api/v3/brokerage';
const ok = (json: unknown): RecordedAnswer => ({ json });
const refusal = (reason: string): RecordedAnswer => ({
  json: {
    success: false,
    error_response: {
      error: 'UNKNOWN_FAILURE_REASON',
      message: 'no',
      error_details: '',
      preview_failure_reason: reason,
    },
  },
});
const STATUSES = {
  open: 'OPEN',
  filled: 'FILLED',
  canceled: 'CANCELLED',
  expired: 'EXPIRED',
  rejected: 'FAILED',
};
const BATCH = `GET ${API}/orders/historical/batch`;
const NAMED = `GET ${API}/orders/historical/77`;

/** After https://docs.cdp.coinbase.com/advanced-trade, and ccxt 4.5.84's parsers. */
export const coinbaseRecording: VenueRecording = {
  card: coinbase,
  credentials: { apiKey: 'key', secret: 'secret' },
  symbol: 'BTCUSD',
  basics: {
    'GET /v2/time': ok({ data: { iso: new Date(NOW).toISOString(), epoch: NOW / 1_000 } }),
    [`GET ${API}/market/products`]: (request: RecordedRequest) =>
      ok({
        products:
          request.parameters.product_type === undefined
            ? [
                {
                  product_id: 'BTC-USD',
                  base_currency_id: 'BTC',
                  quote_currency_id: 'USD',
                  product_type: 'SPOT',
                  trading_disabled: false,
                  base_increment: '0.00000001',
                  price_increment: '0.01',
                  quote_increment: '0.01',
                  base_min_size: '0.00000001',
                  base_max_size: '3400',
                  quote_min_size: '1',
                  quote_max_size: '150000000',
                  alias_to: [],
                },
              ]
            : [],
      }),
    [`GET ${API}/transaction_summary`]: ok({
      fee_tier: { taker_fee_rate: '0.006', maker_fee_rate: '0.004' },
    }),
  },
  posts: {
    market: {
      path: `${API}/orders`,
      parameters: id => sent(id, 'BUY', { sor_limit_ioc: { base_size: '0.5', limit_price: '60600' } }),
    },
    limit: {
      path: `${API}/orders`,
      parameters: id =>
        sent(id, 'BUY', { limit_limit_gtc: { base_size: '0.5', limit_price: '60000', post_only: false } }),
    },
    stop: {
      path: `${API}/orders`,
      parameters: id =>
        sent(id, 'SELL', {
          stop_limit_stop_limit_gtc: {
            base_size: '0.5',
            limit_price: '47500',
            stop_price: '50000',
            stop_direction: 'STOP_DIRECTION_STOP_DOWN',
          },
        }),
    },
  },
  echoesId: true,
  taken: ({ venueOrderId, venueClientId }) => ({
    [`POST ${API}/orders`]: ok({
      success: true,
      success_response: {
        order_id: venueOrderId,
        product_id: 'BTC-USD',
        side: 'BUY',
        client_order_id: venueClientId,
      },
      order_configuration: null,
    }),
  }),
  refused: (_, answer) => ({ [`POST ${API}/orders`]: answer }),
  refusals: [
    ['too little money', refusal('PREVIEW_INSUFFICIENT_FUND'), 'insufficient-balance'],
    ['too small an order', refusal('PREVIEW_INVALID_BASE_SIZE_TOO_SMALL'), 'filter'],
    ['a stop beyond the price', refusal('PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE'), 'would-trigger'],
    [
      'an unknown product',
      { status: 400, body: '{"error":"INVALID_PRODUCT_ID","message":"no"}' },
      'symbol-closed',
    ],
  ],
  duplicate: null,
  undecided: refusal('UNKNOWN_PREVIEW_FAILURE_REASON'),
  keysRefused: { status: 401, body: '{"error":"UNAUTHENTICATED","message":"no"}' },
  found: order => ({
    [BATCH]: listed(order ? [order] : []),
    [NAMED]: order
      ? ok({ order: row(order) })
      : { status: 404, body: '{"error":"NOT_FOUND","message":"no"}' },
  }),
  canceled: ({ venueOrderId }) => ({
    [`POST ${API}/orders/batch_cancel`]: ok({
      results: [{ success: true, failure_reason: 'UNKNOWN_CANCEL_FAILURE_REASON', order_id: venueOrderId }],
    }),
  }),
  gone: () => ({
    [`POST ${API}/orders/batch_cancel`]: ok({
      results: [{ success: false, failure_reason: 'UNKNOWN_CANCEL_ORDER', order_id: '77' }],
    }),
  }),
  open: orders => ({ [BATCH]: listed(orders) }),
  fills: pages => ({
    [`GET ${API}/orders/historical/fills`]: (request: RecordedRequest) => {
      const all = pages.flat().toReversed();
      const padded = [...all.slice(0, 1), ...Array.from({ length: 249 }, () => all[0]), ...all.slice(1)];
      const from = request.parameters.cursor === undefined ? 0 : 250;
      return ok({
        fills: all.length === 0 ? [] : padded.slice(from, from + 250).map(fillRow),
        cursor: from === 0 ? 'next' : '',
      });
    },
  }),
  fillsPath: `${API}/orders/historical/fills`,
  feeCurrency: 'USD',
  balances: rows => ({
    [`GET ${API}/accounts`]: ok({
      accounts: rows.map(({ currency, free, locked }) => ({
        uuid: 'u',
        currency,
        available_balance: { value: free, currency },
        hold: { value: locked, currency },
        type: 'ACCOUNT_TYPE_CRYPTO',
      })),
      has_next: false,
      cursor: '',
    }),
  }),
  quote: (best_bid, best_ask, last) => ({
    [`GET ${API}/products/BTC-USD/ticker`]: ok({
      trades: [{ trade_id: '1', product_id: 'BTC-USD', price: last, size: '1', side: 'BUY' }],
      best_bid,
      best_ask,
    }),
  }),
  questionPaths: {
    lookUp: [BATCH],
    openOrders: [BATCH],
    fills: [`GET ${API}/orders/historical/fills`],
    balances: [`GET ${API}/accounts`],
  },
};

function sent(client_order_id: string, side: string, order_configuration: object) {
  return { client_order_id, product_id: 'BTC-USD', side, order_configuration };
}

function listed(orders: readonly StandingOrder[]): RecordedAnswer {
  return ok({ orders: orders.map(row), has_next: false, cursor: '', sequence: '0' });
}

function row(order: StandingOrder) {
  const base_size = order.quantity;
  return {
    order_id: order.venueOrderId,
    client_order_id: order.venueClientId,
    product_id: 'BTC-USD',
    user_id: 'u',
    side: order.side.toUpperCase(),
    status: STATUSES[order.status],
    order_configuration:
      order.type === 'stop'
        ? {
            stop_limit_stop_limit_gtc: {
              base_size,
              limit_price: '47500',
              stop_price: order.stopPrice,
              stop_direction: 'STOP_DIRECTION_STOP_DOWN',
            },
          }
        : { limit_limit_gtc: { base_size, limit_price: order.price, post_only: false } },
    filled_size: order.filled,
    created_time: new Date(NOW).toISOString(),
    order_type: 'LIMIT',
  };
}

function fillRow(fill: StandingFill) {
  return {
    entry_id: fill.tradeId,
    trade_id: `t${fill.tradeId}`,
    order_id: fill.venueOrderId,
    product_id: 'BTC-USD',
    trade_time: new Date(fill.time).toISOString(),
    trade_type: 'FILL',
    price: fill.price,
    size: fill.quantity,
    size_in_quote: false,
    commission: fill.fee,
    liquidity_indicator: fill.isMaker ? 'MAKER' : 'TAKER',
    side: fill.side.toUpperCase(),
  };
}
