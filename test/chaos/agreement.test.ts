import assert from 'node:assert/strict';
import test from 'node:test';
import { compareBooks, type LedgerSide } from '../../bench/chaos/agreement.ts';
import type { LedgerFill, LedgerOrder, LedgerPosition } from '../../trading/ledger/records.ts';
import type { InspectedOrder, Inspection } from '../../venues/loopback/inspection.ts';
import type { Trade } from '../../venues/loopback/orders/order.ts';

const MARKETS = [{ symbol: 'BTCUSDT', base: 'BTC' }];

const placed = (clientOrderId: string, changes: Partial<InspectedOrder> = {}) =>
  ({
    orderId: 1,
    clientOrderId,
    symbol: 'BTCUSDT',
    side: 'BUY',
    status: 'FILLED',
    ...changes,
  }) as InspectedOrder;
const traded = (id: number, changes: Partial<Trade> = {}) =>
  ({
    id,
    orderId: 1,
    symbol: 'BTCUSDT',
    side: 'BUY',
    quantity: '0.50000000',
    price: '100.00',
    ...changes,
  }) as Trade;
const known = (clientOrderId: string, changes: Partial<LedgerOrder> = {}) =>
  ({
    clientOrderId,
    symbol: 'BTCUSDT',
    timeframe: '1s',
    barTime: 0,
    leg: 'entry',
    status: 'filled',
    sentAt: 1,
    ...changes,
  }) as LedgerOrder;
const booked = (tradeId: string, changes: Partial<LedgerFill> = {}) =>
  ({
    symbol: 'BTCUSDT',
    tradeId,
    side: 'buy',
    quantity: '0.5',
    price: '100',
    origin: 'own',
    ...changes,
  }) as LedgerFill;
const held = (quantity: string) => ({ symbol: 'BTCUSDT', quantity }) as LedgerPosition;

/** A bought position whose stop rests; both sides say the same. */
function books(
  exchange: Partial<Inspection> = {},
  ledger: Partial<LedgerSide> = {},
): readonly [Inspection, LedgerSide] {
  return [
    {
      time: 0,
      orders: [placed('aa'), placed('bb', { orderId: 2, side: 'SELL', status: 'NEW' })],
      trades: [traded(1)],
      balances: { BTC: { free: '0.00050000', locked: '0.49900000' } },
      duplicates: [],
      ...exchange,
    },
    {
      orders: [known('aa'), known('bb', { leg: 'stop', status: 'open' })],
      fills: [booked('1')],
      positions: [held('0.4995')],
      dust: [],
      slots: [],
      ...ledger,
    },
  ];
}

function kinds(exchange: Partial<Inspection> = {}, ledger: Partial<LedgerSide> = {}): string[] {
  return compareBooks(...books(exchange, ledger), MARKETS).map(({ kind }) => kind);
}

test('books that say the same have no difference', () => {
  assert.deepEqual(kinds(), []);
});

test('an id that was accepted twice is a duplicate order', () => {
  const [{ orders }] = books();
  assert.deepEqual(kinds({ orders: [...orders, placed('aa', { orderId: 3 })] }), ['duplicate-order']);
});

test('two accepted entries of one bar are one too many', () => {
  const [{ orders }, ledger] = books();
  assert.deepEqual(
    kinds({ orders: [...orders, placed('cc')] }, { orders: [...ledger.orders, known('cc')] }),
    ['second-entry'],
  );
});

test('an order that nobody knows, was never let go, or is said to have come to nothing', () => {
  const [{ orders }, ledger] = books();
  const more = { orders: [...orders, placed('cc')] };
  const as = (changes: Partial<LedgerOrder>) => ({
    orders: [...ledger.orders, known('cc', { barTime: 1_000, ...changes })],
  });
  assert.deepEqual(kinds(more), ['unknown-order']);
  assert.deepEqual(kinds(more, as({ status: 'withdrawn', sentAt: null })), ['ungranted-order']);
  assert.deepEqual(kinds(more, as({ status: 'lapsed' })), ['ungranted-order']);
});

test('a trade that is not booked is a lost fill; one that the exchange does not have is invented', () => {
  const two = { trades: [traded(1), traded(2)] };
  assert.deepEqual(kinds(two), ['lost-fill']);
  assert.deepEqual(kinds({}, { fills: [booked('1'), booked('2')] }), ['invented-fill']);
  assert.deepEqual(kinds({}, { fills: [booked('1', { quantity: '0.4' })] }), ['different-fill']);
  assert.deepEqual(kinds({}, { fills: [booked('1', { origin: 'stranger' })] }), ['different-fill']);
});

test('coins without a position are orphaned; a position without a stop is naked', () => {
  assert.deepEqual(kinds({}, { positions: [] }), ['orphaned-position']);
  assert.deepEqual(kinds({}, { positions: [held('0.4')] }), ['different-coins']);
  assert.deepEqual(
    kinds({}, { positions: [held('0.49')], dust: [{ symbol: 'BTCUSDT', quantity: '0.0095' }] }),
    [],
  );
  const [{ orders }, ledger] = books();
  assert.deepEqual(kinds({ orders: orders.slice(0, 1) }, { orders: ledger.orders.slice(0, 1) }), [
    'naked-position',
  ]);
});

test('what rests must be open on both sides, and nothing may stay uncertain', () => {
  const [{ orders }, ledger] = books();
  const withStop = (changes: Partial<LedgerOrder>) => ({
    orders: [ledger.orders[0], known('bb', { leg: 'stop', ...changes })],
  });
  assert.deepEqual(kinds({}, withStop({ status: 'canceled' })), ['resting-order']);
  assert.deepEqual(kinds({}, withStop({ status: 'unknown' })), ['unsettled-order']);
  assert.deepEqual(kinds({ orders: [...orders, placed('dd', { side: 'SELL', status: 'NEW' })] }), [
    'unknown-order',
    'resting-order',
  ]);
  const gone = { orders: [orders[0], placed('bb', { side: 'SELL', status: 'CANCELED' })] };
  assert.deepEqual(kinds(gone), ['naked-position', 'missing-order']);
});
