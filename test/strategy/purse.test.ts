import assert from 'node:assert/strict';
import test from 'node:test';
import { backtest } from '../../strategy/backtest.ts';
import { near } from '../support/near.ts';
import {
  BAR_MS,
  type Bar,
  barsAt100,
  candlesOf,
  LONG,
  marketOf,
  policyOf,
  SHORT,
  setupOf,
  still,
} from './bars.ts';

const HALVES = policyOf({ sizing: { kind: 'fraction', fraction: 0.5 } });
const FREE = { exits: { stop: { kind: 'none' }, target: { kind: 'none' }, maxBars: 'none' } } as const;

test('symbols share one purse: the second of a bar gets what the first has left', () => {
  const [a, b] = ['AAAUSD', 'BBBUSD'].map(symbol =>
    marketOf(barsAt100({}), { 2: LONG }, { symbol, kind: 'spot' }),
  );
  const { trades, refused, cash } = backtest(setupOf([a, b]));
  assert.deepEqual(
    trades.map(({ symbol, quantity }) => [symbol, quantity]),
    [['AAAUSD', 10]],
  );
  assert.equal(refused.noFunds, 1);
  assert.equal(cash[3], 0);
  const both = backtest(setupOf([a, b], { policy: HALVES })).trades;
  assert.deepEqual(
    both.map(({ symbol, quantity }) => [symbol, quantity]),
    [
      ['AAAUSD', 5],
      ['BBBUSD', 5],
    ],
  );
});

test('equity and exposure are marked over all symbols', () => {
  const a = marketOf(barsAt100({ 3: [100, 104, 100, 104] }), { 2: LONG }, { symbol: 'AAAUSD' });
  const b = marketOf(barsAt100({ 3: [100, 100, 98, 98] }), { 2: SHORT }, { symbol: 'BBBUSD' });
  const { equity, cash, grossExposure } = backtest(setupOf([a, b], { policy: HALVES }));
  assert.deepEqual([cash[3], equity[3], grossExposure[3]], [1_000, 1_000 + 20 + 10, 5 * 104 + 5 * 98]);
});

test('what leaves at an open pays for what enters there, whatever the order of the symbols', () => {
  const a = marketOf(barsAt100({}), { 4: LONG }, { symbol: 'AAAUSD', kind: 'spot' });
  const b = marketOf(barsAt100({}), { 2: LONG, 4: SHORT }, { symbol: 'BBBUSD', kind: 'spot' });
  const { trades } = backtest(setupOf([a, b]));
  assert.deepEqual(
    trades.map(({ symbol, entryBar, exitBar, quantity }) => [symbol, entryBar, exitBar, quantity]),
    [
      ['BBBUSD', 3, 5, 10],
      ['AAAUSD', 5, 8, 10],
    ],
  );
});

test('what leaves within a bar pays for no entry at its open', () => {
  const a = marketOf(barsAt100({}), { 3: LONG }, { symbol: 'AAAUSD', kind: 'spot' });
  const b = marketOf(barsAt100({ 4: [100, 100, 89, 95] }), { 2: LONG }, { symbol: 'BBBUSD', kind: 'spot' });
  const { trades, refused } = backtest(setupOf([a, b]));
  assert.deepEqual(
    trades.map(({ symbol }) => symbol),
    ['BBBUSD'],
  );
  assert.equal(refused.noFunds, 1);
});

test('at most so many positions are open as the policy says, entries that wait among them', () => {
  const policy = policyOf({ ...FREE, sizing: { kind: 'fraction', fraction: 0.25 }, maxOpenPositions: 2 });
  const markets = ['AAAUSD', 'BBBUSD', 'CCCUSD'].map(symbol =>
    marketOf(barsAt100({}), { 2: LONG, 5: LONG }, { symbol }),
  );
  const { trades, refused } = backtest(setupOf(markets, { policy }));
  assert.deepEqual(
    trades.map(({ symbol }) => symbol),
    ['AAAUSD', 'BBBUSD'],
  );
  assert.deepEqual(refused, { tooSmall: 0, noFunds: 0, lapsed: 0, noLevels: 0 });
});

test('a symbol without a bar is marked at its last close, and what is open at the end leaves there', () => {
  const sparse = [0, 1, 2, 3, 4].map((): Bar => still(100)).concat([still(110)]);
  const a = marketOf(sparse, { 2: LONG }, { symbol: 'AAAUSD' });
  const b = marketOf(barsAt100({}), {}, { symbol: 'BBBUSD' });
  const policy = policyOf(FREE);
  const { trades, equity, time } = backtest(setupOf([a, b], { policy }));
  assert.equal(time.length, 12);
  assert.deepEqual([...equity.slice(4)], [1_000, ...Array.from({ length: 7 }, () => 1_100)]);
  assert.deepEqual([trades[0].exitReason, trades[0].exitBar, trades[0].exitTime], ['end', 5, 5 * BAR_MS]);
});

test('a gap in one symbol’s bars stops no other: its orders wait for its next bar', () => {
  const candles = candlesOf(barsAt100({}).slice(0, 8));
  const late = {
    ...candles,
    openTime: candles.openTime.map((time, row) => (row > 2 ? time + 4 * BAR_MS : time)),
  };
  const a = marketOf(barsAt100({}).slice(0, 8), { 2: LONG }, { symbol: 'AAAUSD', candles: late });
  const b = marketOf(barsAt100({}), { 4: LONG }, { symbol: 'BBBUSD' });
  const { trades } = backtest(setupOf([a, b], { policy: HALVES }));
  assert.deepEqual(
    trades.map(({ symbol, entryTime }) => [symbol, entryTime / BAR_MS]),
    [
      ['BBBUSD', 5],
      ['AAAUSD', 7],
    ],
  );
});

test('longs pay funding and shorts receive it, on what was held before the open', () => {
  const funding = {
    time: Float64Array.of(3 * BAR_MS, 4.5 * BAR_MS, 5 * BAR_MS),
    rate: Float64Array.of(1, 0.001, 0.002),
  };
  const path = barsAt100({ 5: [110, 110, 110, 110], 6: [100, 100, 100, 100] });
  for (const [signal, sign] of [
    [LONG, 1],
    [SHORT, -1],
  ] as const) {
    const { trades, costs, cash } = backtest(
      setupOf([marketOf(path, { 2: signal }, { funding })], { policy: policyOf(FREE) }),
    );
    near(trades[0].costs.funding, sign * 10 * 110 * 0.003);
    near(costs.funding, trades[0].costs.funding);
    near(trades[0].netPnl, -trades[0].costs.funding);
    near(cash[5] - cash[4], -sign * 3.3);
  }
});

test('the usual rate is paid at each multiple of eight hours, where no rates are recorded', () => {
  const costs = { feeBps: 0, halfSpreadBps: 0, slippageBps: 0, fundingBpsPer8h: 10 };
  const bars = Array.from({ length: 20 }, () => still(100));
  const { trades } = backtest(setupOf([marketOf(bars, { 2: LONG })], { policy: policyOf(FREE), costs }));
  near(trades[0].costs.funding, 2 * 10 * 100 * 0.001);
  const spot = backtest(
    setupOf([marketOf(bars, { 2: LONG }, { kind: 'spot' })], { policy: policyOf(FREE), costs }),
  );
  assert.equal(spot.trades[0].costs.funding, 0);
});

test('an account is liquidated where its worst prices together use up the maintenance, before any stop', () => {
  const policy = policyOf({ ...FREE, maxLeverage: 10, sizing: { kind: 'fraction', fraction: 5 } });
  const fall = (low: number) => barsAt100({ 4: [100, 100, low, 100] });
  const markets = (low: number) =>
    ['AAAUSD', 'BBBUSD'].map(symbol => marketOf(fall(low), { 2: LONG }, { symbol }));
  const { trades, equity } = backtest(setupOf(markets(89), { policy }));
  // 50 of each: −9,000 + 100 p = 0.005 × 100 p.
  const price = 9_000 / 99.5;
  assert.deepEqual(
    trades.map(({ exitReason }) => exitReason),
    ['liquidation', 'liquidation'],
  );
  for (const { exitPrice } of trades) near(exitPrice, price);
  near(equity[4], -9_000 + 100 * price);
  assert.ok(
    backtest(setupOf(markets(91), { policy })).trades.every(({ exitReason }) => exitReason === 'end'),
  );
});

test('a symbol without a bar is liquidated at its last close, as if nothing were traded in it', () => {
  const policy = policyOf({ ...FREE, maxLeverage: 10, sizing: { kind: 'fraction', fraction: 5 } });
  const costs = { feeBps: 0, halfSpreadBps: 0, slippageBps: 0, impactBps: 100 };
  const a = marketOf(barsAt100({ 4: [100, 100, 70, 80] }), { 2: LONG }, { symbol: 'AAAUSD' });
  const b = marketOf(barsAt100({}).slice(0, 4), { 2: LONG }, { symbol: 'BBBUSD' });
  const { trades } = backtest(setupOf([a, b], { policy, costs }));
  assert.deepEqual(
    trades.map(({ symbol, exitReason }) => [symbol, exitReason]),
    [
      ['AAAUSD', 'liquidation'],
      ['BBBUSD', 'liquidation'],
    ],
  );
  near(trades[1].exitPrice, 99);
});

test('a spot account is never liquidated', () => {
  const { trades, equity } = backtest(
    setupOf([marketOf(barsAt100({ 4: [1, 1, 1, 1] }), { 2: LONG }, { kind: 'spot' })], {
      policy: policyOf(FREE),
    }),
  );
  assert.deepEqual([trades[0].exitReason, equity[4], equity[11]], ['end', 10, 1_000]);
});
