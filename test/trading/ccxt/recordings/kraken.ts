import { kraken } from '../../../../venues/cards/kraken.ts';
import type { RecordedAnswer, RecordedRequest } from '../recorded-venue.ts';
import { NOW, type StandingFill, type StandingOrder, type VenueRecording } from './recording.ts';

const PRIVATE = '/0/private/';
const ok = (result: unknown): RecordedAnswer => ({ json: { error: [], result } });
const error = (text: string): RecordedAnswer => ({ json: { error: [text] } });

const STATUSES = {
  open: 'open',
  filled: 'closed',
  canceled: 'canceled',
  expired: 'expired',
  rejected: 'canceled',
};

/** After https://docs.kraken.com/api (Spot REST), and ccxt 4.5.84's parsers. */
export const krakenRecording: VenueRecording = {
  card: kraken,
  credentials: { apiKey: 'key', secret: Buffer.from('secret').toString('base64') },
  symbol: 'BTCUSD',
  basics: {
    'GET /0/public/Time': ok({ unixtime: NOW / 1_000, rfc1123: new Date(NOW).toUTCString() }),
    'GET /0/public/AssetPairs': ok({
      XXBTZUSD: {
        altname: 'XBTUSD',
        wsname: 'XBT/USD',
        base: 'XXBT',
        quote: 'ZUSD',
        pair_decimals: 1,
        cost_decimals: 5,
        lot_decimals: 8,
        fees: [[0, 0.4]],
        fees_maker: [[0, 0.25]],
        ordermin: '0.00005',
        costmin: '0.5',
        tick_size: '0.1',
        status: 'online',
      },
    }),
  },
  posts: {
    market: { path: `${PRIVATE}AddOrder`, parameters: id => sent(id, { type: 'buy', ordertype: 'market' }) },
    limit: {
      path: `${PRIVATE}AddOrder`,
      parameters: id => sent(id, { type: 'buy', ordertype: 'limit', price: '60000' }),
    },
    stop: {
      path: `${PRIVATE}AddOrder`,
      parameters: id => sent(id, { type: 'sell', ordertype: 'stop-loss', price: '50000' }),
    },
  },
  echoesId: false,
  taken: ({ venueOrderId }) => ({
    [`POST ${PRIVATE}AddOrder`]: ok({
      descr: { order: 'buy 0.50000000 XBTUSD @ limit 60000.0' },
      txid: [venueOrderId],
    }),
  }),
  refused: (_, answer) => ({ [`POST ${PRIVATE}AddOrder`]: answer }),
  refusals: [
    ['too little money', error('EOrder:Insufficient funds'), 'insufficient-balance'],
    ['too small an order', error('EOrder:Order minimum not met'), 'filter'],
    ['a closed market', error('EService:Market in cancel_only mode'), 'symbol-closed'],
    ['a deadline that has passed', error('EOrder:Deadline elapsed'), 'expired-request'],
    ['a price that is none', error('EGeneral:Invalid arguments:price:more'), 'filter'],
  ],
  duplicate: error('EOrder:cl_ord_id already in use'),
  undecided: error('EService:Unavailable'),
  keysRefused: error('EAPI:Invalid key'),
  found: order => ({
    [`POST ${PRIVATE}OpenOrders`]: ok({
      open: order?.status === 'open' ? { [order.venueOrderId]: row(order) } : {},
    }),
    [`POST ${PRIVATE}ClosedOrders`]: ok({
      closed: order && order.status !== 'open' ? { [order.venueOrderId]: row(order) } : {},
      count: order ? 1 : 0,
    }),
  }),
  canceled: () => ({ [`POST ${PRIVATE}CancelOrder`]: ok({ count: 1 }) }),
  gone: () => ({ [`POST ${PRIVATE}CancelOrder`]: error('EOrder:Unknown order') }),
  open: orders => ({
    [`POST ${PRIVATE}OpenOrders`]: ok({
      open: {
        ...Object.fromEntries(orders.map(order => [order.venueOrderId, row(order)])),
        ...(orders.length > 0 ? { OTHER: row({ ...orders[0], venueClientId: '' }, 'ETHUSD') } : {}),
      },
    }),
  }),
  fills: pages => ({
    [`POST ${PRIVATE}TradesHistory`]: (request: RecordedRequest) => {
      const newestFirst = pages.flat().toReversed();
      const from = Number(request.parameters.ofs);
      return ok({
        trades: Object.fromEntries(newestFirst.slice(from, from + 2).map(trade)),
        count: newestFirst.length,
      });
    },
  }),
  fillsPath: `${PRIVATE}TradesHistory`,
  feeCurrency: 'USD',
  balances: rows => ({
    [`POST ${PRIVATE}BalanceEx`]: ok(
      Object.fromEntries(
        rows.map(({ currency, locked }) => [
          { BTC: 'XXBT' }[currency] ?? currency,
          { balance: '0.12345679', hold_trade: locked },
        ]),
      ),
    ),
  }),
  quote: (bid, ask, last) => ({
    'GET /0/public/Ticker': ok({
      XXBTZUSD: { a: [ask, '1', '1.000'], b: [bid, '1', '1.000'], c: [last, '0.1'] },
    }),
  }),
  questionPaths: {
    lookUp: [`POST ${PRIVATE}OpenOrders`],
    openOrders: [`POST ${PRIVATE}OpenOrders`],
    fills: [`POST ${PRIVATE}TradesHistory`],
    balances: [`POST ${PRIVATE}BalanceEx`],
  },
};

function sent(cl_ord_id: string, terms: object) {
  const deadline = new Date(NOW + 10_000).toISOString();
  return { pair: 'XXBTZUSD', volume: '0.5', oflags: 'fciq', cl_ord_id, deadline, ...terms };
}

function row(order: StandingOrder, pair = 'XBTUSD') {
  return {
    refid: null,
    userref: null,
    ...(order.venueClientId === '' ? {} : { cl_ord_id: order.venueClientId }),
    status: STATUSES[order.status],
    opentm: NOW / 1_000,
    starttm: 0,
    expiretm: 0,
    descr: {
      pair,
      type: order.side,
      ordertype: order.type === 'stop' ? 'stop-loss' : order.type,
      price: order.price ?? order.stopPrice ?? '0',
      price2: '0',
      leverage: 'none',
      order: '',
      close: '',
    },
    vol: `${order.quantity}0000000`,
    vol_exec: `${order.filled}0000000`,
    cost: '0.00000',
    fee: '0.00000',
    price: '0.00000',
    stopprice: '0.00000',
    limitprice: '0.00000',
    misc: '',
    oflags: 'fciq',
  };
}

function trade(fill: StandingFill): [string, object] {
  return [
    fill.tradeId,
    {
      ordertxid: fill.venueOrderId,
      postxid: 'P',
      pair: 'XXBTZUSD',
      time: fill.time / 1_000,
      type: fill.side,
      ordertype: 'limit',
      price: fill.price,
      cost: '7.40700',
      fee: fill.fee,
      vol: fill.quantity,
      margin: '0.00000',
      misc: '',
      trade_id: 1,
      maker: fill.isMaker,
    },
  ];
}
