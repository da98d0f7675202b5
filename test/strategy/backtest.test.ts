import assert from 'node:assert/strict';
import test from 'node:test';
import { near } from '../support/near.ts';
import { BARRIERS, type Bar, barsAt100, endsOf, LONG, play, SHORT, still, USUAL_COSTS } from './bars.ts';

const FIXED_HORIZON = { kind: 'fixed-horizon', horizonBars: 4, thresholdLogReturn: 0.01 } as const;
const FLAT = barsAt100({});

test('a signal enters at the next bar’s open, not at its own bar', () => {
  const { trades } = play(barsAt100({ 3: [103, 104, 102, 103] }), { 2: LONG });
  assert.equal(trades.length, 1);
  assert.deepEqual([trades[0].signalBar, trades[0].entryBar, trades[0].entryPrice], [2, 3, 103]);
});

test('without a touch the trade ends at the close of t + H', () => {
  const { trades } = play(barsAt100({ 6: [100, 106, 99, 105] }), { 2: LONG });
  assert.deepEqual(trades, [
    {
      symbol: 'BTCUSDT',
      side: 'LONG',
      signalBar: 2,
      entryBar: 3,
      exitBar: 6,
      entryTime: 3 * 3_600_000,
      exitTime: 6 * 3_600_000,
      quantity: 10,
      entryPrice: 100,
      exitPrice: 105,
      exits: 1,
      exitReason: 'time',
      barsHeld: 4,
      grossPnl: 50,
      costs: { fees: 0, spread: 0, slippage: 0, funding: 0 },
      netPnl: 50,
      grossReturn: 0.05,
      netReturn: 0.05,
    },
  ]);
});

test('a long’s target is the upper barrier, its stop the lower one', () => {
  assert.deepEqual(endsOf(play(barsAt100({ 4: [100, 121, 99, 118] }), { 2: LONG }).trades), [
    ['target', 4, 120],
  ]);
  assert.deepEqual(endsOf(play(barsAt100({ 4: [100, 101, 89, 95] }), { 2: LONG }).trades), [['stop', 4, 90]]);
});

test('a short’s target is the lower barrier, its stop the upper one', () => {
  const { trades } = play(barsAt100({ 4: [100, 101, 89, 95] }), { 2: SHORT });
  assert.deepEqual(endsOf(trades), [['target', 4, 90]]);
  assert.equal(trades[0].grossReturn, 0.1);
  assert.deepEqual(endsOf(play(barsAt100({ 4: [100, 121, 99, 118] }), { 2: SHORT }).trades), [
    ['stop', 4, 120],
  ]);
});

test('the entry’s own bar can end the trade', () => {
  const { trades } = play(barsAt100({ 3: [100, 125, 100, 110] }), { 2: LONG });
  assert.deepEqual([trades[0].entryBar, ...endsOf(trades)[0]], [3, 'target', 3, 120]);
});

test('where a bar touches both levels the stop is taken, long and short', () => {
  const wild: Bar = [100, 130, 80, 100];
  assert.deepEqual(endsOf(play(barsAt100({ 4: wild }), { 2: LONG }).trades), [['stop', 4, 90]]);
  assert.deepEqual(endsOf(play(barsAt100({ 4: wild }), { 2: SHORT }).trades), [['stop', 4, 120]]);
});

test('a stop that is jumped over fills at the worse open', () => {
  assert.deepEqual(endsOf(play(barsAt100({ 4: [80, 85, 75, 82] }), { 2: LONG }).trades), [['stop', 4, 80]]);
  assert.deepEqual(endsOf(play(barsAt100({ 4: [130, 135, 125, 131] }), { 2: SHORT }).trades), [
    ['stop', 4, 130],
  ]);
});

test('a target that is jumped over fills at the better open, even if the stop is touched later in the bar', () => {
  assert.deepEqual(endsOf(play(barsAt100({ 4: [130, 135, 80, 82] }), { 2: LONG }).trades), [
    ['target', 4, 130],
  ]);
});

test('the levels hang on the volatility of the signal’s bar', () => {
  const volatility = new Float64Array(12).fill(1_000);
  volatility[2] = 5;
  const direction = new Int8Array(12).fill(-1);
  direction[2] = LONG;
  const market = { signals: { direction, volatility } };
  assert.deepEqual(endsOf(play(barsAt100({ 4: [100, 111, 99, 100] }), {}, { market }).trades), [
    ['target', 4, 110],
  ]);
});

test('a signal without volatility enters nothing and is counted; labels without barriers need none', () => {
  const direction = new Int8Array(12).fill(-1);
  direction[2] = LONG;
  for (const unknown of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
    const signals = { direction, volatility: new Float64Array(12).fill(unknown) };
    const { trades, refused } = play(FLAT, {}, { market: { signals } });
    assert.deepEqual([trades.length, refused.noLevels], [0, 1]);
    assert.equal(play(FLAT, {}, { market: { signals, labels: FIXED_HORIZON } }).trades.length, 1);
  }
});

test('labels without barriers have no levels', () => {
  const { trades } = play(
    barsAt100({ 4: [100, 900, 1, 100] }),
    { 2: LONG },
    { market: { labels: FIXED_HORIZON } },
  );
  assert.deepEqual(endsOf(trades), [['time', 6, 100]]);
});

test('one position at a time: signals meanwhile neither add nor turn it', () => {
  const { trades } = play(FLAT, { 2: LONG, 3: LONG, 4: SHORT, 5: LONG });
  assert.deepEqual(
    trades.map(({ entryBar, exitBar }) => [entryBar, exitBar]),
    [[3, 6]],
  );
});

test('the bar that ends a position may signal the next', () => {
  const { trades } = play(FLAT, { 2: LONG, 6: SHORT });
  assert.deepEqual(
    trades.map(({ side, entryBar }) => [side, entryBar]),
    [
      ['LONG', 3],
      ['SHORT', 7],
    ],
  );
});

test('on spot a SHORT closes the long at the next open, and nothing is sold short', () => {
  const path = barsAt100({ 5: [97, 98, 96, 97] });
  const { trades } = play(path, { 2: LONG, 4: SHORT, 7: SHORT }, { market: { kind: 'spot' } });
  assert.deepEqual(endsOf(trades), [['signal', 5, 97]]);
});

test('a position that is open at the end leaves at the last close', () => {
  const { trades, equity, cash, grossExposure } = play(barsAt100({ 11: [100, 103, 99, 102] }), { 9: LONG });
  assert.deepEqual(endsOf(trades), [['end', 11, 102]]);
  assert.deepEqual([equity.at(-1), cash.at(-1), grossExposure.at(-1)], [1_020, 1_020, 0]);
});

test('a time limit at the range’s last bar is a time exit', () => {
  assert.deepEqual(endsOf(play(FLAT, { 7: LONG }).trades), [['time', 11, 100]]);
});

test('a signal at the last bar, or before the first, trades nothing and is not counted', () => {
  const nothing = { tooSmall: 0, noFunds: 0, lapsed: 0, noLevels: 0 };
  const unknown = { volatility: new Float64Array(12), direction: new Int8Array(12).fill(-1) };
  unknown.direction[11] = LONG;
  assert.equal(play(FLAT, { 11: LONG }).trades.length, 0);
  assert.equal(play(FLAT, { 2: LONG }, { fromTime: 3 * 3_600_000 }).trades.length, 0);
  assert.deepEqual(play(FLAT, {}, { market: { signals: unknown } }).refused, nothing);
});

test('bars outside the range are not played, and no trade reaches beyond it', () => {
  const { trades, time } = play(FLAT, { 2: LONG }, { fromTime: 3_600_000, toTime: 5 * 3_600_000 });
  assert.deepEqual(endsOf(trades), [['end', 4, 100]]);
  assert.deepEqual(
    [...time],
    [1, 2, 3, 4].map(bar => bar * 3_600_000),
  );
});

test('equity is marked at each close: cash and what is held', () => {
  const { equity, cash, grossExposure } = play(
    barsAt100({ 3: [100, 105, 100, 104], 4: [104, 110, 104, 109] }),
    {
      2: LONG,
    },
  );
  assert.deepEqual([...equity.slice(1, 5)], [1_000, 1_000, 1_040, 1_090]);
  assert.deepEqual([...cash.slice(1, 5)], [1_000, 1_000, 0, 0]);
  assert.deepEqual([...grossExposure.slice(1, 5)], [0, 0, 1_040, 1_090]);
});

test('a market order pays half the spread, slippage and the taker fee on either side', () => {
  const { trades, equity, costs, turnover } = play(
    barsAt100({ 6: [100, 106, 99, 105] }),
    { 2: LONG },
    { costs: USUAL_COSTS },
  );
  const [trade] = trades;
  near(trade.entryPrice, 100.03);
  near(trade.exitPrice, 105 * (1 - 0.0003));
  const quantity = 1_000 / 100.03;
  near(trade.quantity, quantity);
  near(trade.grossPnl, 5 * quantity);
  near(trade.costs.spread, quantity * (0.01 + 0.0105));
  near(trade.costs.slippage, quantity * (0.02 + 0.021));
  near(trade.costs.fees, quantity * 0.001 * (trade.entryPrice + trade.exitPrice));
  near(trade.netPnl, trade.grossPnl - trade.costs.fees - trade.costs.spread - trade.costs.slippage);
  near(equity.at(-1)!, 1_000 + trade.netPnl);
  near(turnover, quantity * (trade.entryPrice + trade.exitPrice));
  for (const kind of ['fees', 'spread', 'slippage', 'funding'] as const) near(costs[kind], trade.costs[kind]);
});

test('a target pays the maker fee alone', () => {
  const costs = { ...USUAL_COSTS, makerFeeBps: 4 };
  const [trade] = play(barsAt100({ 4: [100, 121, 99, 118] }), { 2: LONG }, { costs }).trades;
  assert.equal(trade.exitPrice, 120);
  near(trade.costs.fees, trade.quantity * (0.001 * 100.03 + 0.0004 * 120));
  near(trade.costs.spread, trade.quantity * 0.01);
});

test('on spot the purse pays fees out of what it has', () => {
  const { trades, cash } = play(FLAT, { 2: LONG }, { costs: USUAL_COSTS, market: { kind: 'spot' } });
  near(trades[0].quantity, 1_000 / (100.03 * 1.001));
  near(cash[3], 0, 1e-9);
});

test('a short that loses more than everything is liquidated where the maintenance is reached', () => {
  const labels = { ...BARRIERS, upAtr: 100 };
  const path = barsAt100({ 6: [100, 400, 100, 400] });
  const { trades, equity } = play(path, { 2: SHORT }, { market: { labels } });
  // 2,000 − 10 p = 0.005 × 10 p at p = 199.0049…
  near(trades[0].exitPrice, 2_000 / 10.05);
  assert.deepEqual([trades.length, trades[0].exitReason], [1, 'liquidation']);
  near(equity.at(-1)!, 2_000 - 10 * (2_000 / 10.05));
});

test('a gap beyond everything leaves zero: the venue bears the rest', () => {
  const labels = { ...BARRIERS, upAtr: 100 };
  const { trades, equity, refused } = play(
    barsAt100({ 6: [400, 400, 400, 400] }),
    { 2: SHORT, 7: LONG, 8: LONG },
    { market: { labels }, costs: USUAL_COSTS },
  );
  assert.deepEqual([equity[6], equity.at(-1)], [0, 0]);
  near(trades[0].netPnl, -1_000);
  assert.equal(trades.length, 1);
  assert.equal(refused.noFunds, 2);
});

test('without a trade nothing is paid', () => {
  const { trades, turnover, costs, equity } = play(FLAT, {}, { costs: USUAL_COSTS });
  assert.deepEqual([trades.length, turnover, costs], [0, 0, { fees: 0, spread: 0, slippage: 0, funding: 0 }]);
  assert.ok(equity.every(value => value === 1_000));
});

test('a bar at one price is a bar', () => {
  assert.equal(
    play([still(1), still(1), still(1)], { 0: LONG }, { market: { labels: FIXED_HORIZON } }).trades.length,
    1,
  );
});
