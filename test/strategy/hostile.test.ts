import assert from 'node:assert/strict';
import test from 'node:test';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import type { Decide, EnterIntent } from '../../contracts/intents.ts';
import type { Policy } from '../../contracts/policy.ts';
import { backtest } from '../../strategy/backtest.ts';
import { barsAt100, candlesOf, LONG, marketOf, NO_COSTS, play, policyOf, setupOf } from './bars.ts';

const ENTER: EnterIntent = {
  kind: 'enter',
  side: 'LONG',
  quantity: 1,
  order: { kind: 'market' },
  exits: { stop: { unit: 'quote', value: 5 }, targets: [], trailing: null, maxBars: 3 },
};

/** What a strategy is told that wants this at bar 4. */
function refusal(wanted: unknown, changes: Parameters<typeof play>[2] = {}): string {
  const decide = ((_prediction, _portfolio, _policy, bar) => (bar.bar === 4 ? wanted : [])) as Decide;
  try {
    play(barsAt100({}), {}, changes, decide);
  } catch (error) {
    assert.equal((error as { code: string }).code, 'STRATEGY_INVALID');
    return (error as Error).message;
  }
  return assert.fail('it was carried out');
}

test('a strategy of one’s own that wants what no order can be is told bar and value', () => {
  const exits = (changes: object) => [{ ...ENTER, exits: { ...ENTER.exits, ...changes } }];
  const cases: readonly [unknown, RegExp][] = [
    [[{ ...ENTER, quantity: -3 }], /quantity.*-3/],
    [[{ ...ENTER, quantity: 0 }], /quantity.*0/],
    [[{ ...ENTER, quantity: Number.NaN }], /quantity/],
    [[{ ...ENTER, quantity: Number.POSITIVE_INFINITY }], /quantity/],
    [[{ ...ENTER, quantity: 1e9 }], /1000000000 at the close 100 is worth .* maxLeverage 1 × equity 1000/],
    [[{ ...ENTER, side: 'BOTH' }], /side/],
    [
      [{ ...ENTER, order: { kind: 'limit', price: 101, validBars: 1 } }],
      /limit 101 lies beyond the close 100/,
    ],
    [[{ ...ENTER, order: { kind: 'limit', price: 99, validBars: 0.5 } }], /validBars/],
    [exits({ stop: { unit: 'quote', value: -5 } }), /stop.value.*-5/],
    [exits({ stop: { unit: 'quote', value: Number.NaN } }), /stop/],
    [exits({ targets: [{ distance: { unit: 'quote', value: 5 }, share: 2 }] }), /share.*2/],
    [
      exits({ targets: [1, 2].map(value => ({ distance: { unit: 'quote', value }, share: 0.7 })) }),
      /exceed 1/,
    ],
    [
      exits({ targets: [2, 1].map(value => ({ distance: { unit: 'quote', value }, share: 0.5 })) }),
      /nearest first/,
    ],
    [exits({ trailing: { distance: 0, after: 0 } }), /trailing.distance/],
    [exits({ maxBars: 0 }), /maxBars/],
    [[ENTER, ENTER], /2 entries at once/],
    [[{ kind: 'buy' }], /kind|expected/],
    [null, /expected array/],
    [Promise.resolve([]), /expected array/],
  ];
  for (const [wanted, message] of cases) {
    const said = refusal(wanted);
    assert.match(said, message);
    assert.match(said, /BTCUSDT at bar 4 \(1970-01-01T04:00:00.000Z\)/);
  }
});

test('spot can’t be sold short, and a position is one', () => {
  assert.match(
    refusal([{ ...ENTER, side: 'SHORT' }], { market: { kind: 'spot' } }),
    /spot can’t be sold short/,
  );
  const twice: Decide = () => [ENTER];
  assert.throws(() => play(barsAt100({}), {}, {}, twice), {
    code: 'STRATEGY_INVALID',
    message: /bar 1 .* while a LONG position is open/,
  });
});

test('a strategy that throws is named with the bar at which it did', () => {
  const broken: Decide = (_prediction, _portfolio, _policy, { bar }) => {
    if (bar === 7) throw new TypeError('no such indicator');
    return [];
  };
  assert.throws(() => play(barsAt100({}), {}, {}, broken), {
    code: 'STRATEGY_INVALID',
    message: /bar 7 .* it threw TypeError: no such indicator/,
  });
});

test('a strategy sees copies: it can’t change the market, nor look ahead', () => {
  const path = barsAt100({ 5: [200, 200, 200, 200] });
  const market = marketOf(path, {});
  const spoil: Decide = (_prediction, portfolio, _policy, bar) => {
    const seen = bar.recent('close', 99);
    assert.equal(seen.length, bar.bar + 1);
    seen.fill(1);
    Object.assign(portfolio, { cash: 1e9 });
    assert.deepEqual(Object.keys(bar.market).sort(), ['kind', 'labels', 'rules', 'symbol']);
    return [];
  };
  const { equity } = backtest(setupOf([market]), spoil);
  assert.ok(equity.every(value => value === 1_000));
  assert.equal(market.candles.close[5], 200);
});

test('a column that bars do not have is refused by name', () => {
  const asks: Decide = (_prediction, _portfolio, _policy, bar) =>
    [...bar.recent('label' as 'close', 5)] as never;
  assert.throws(() => play(barsAt100({}), {}, {}, asks), {
    code: 'STRATEGY_INVALID',
    message: /bar\.recent knows open, high, low, close and volume; it was asked for label/,
  });
});

test('a strategy may exit and enter at once, wait with a limit, and withdraw it', () => {
  const turn: Decide = (_prediction, { position, pendingEntry }, _policy, { bar }) => {
    if (bar === 1) return [{ ...ENTER, exits: { ...ENTER.exits, maxBars: null } }];
    if (bar === 3) return [{ kind: 'exit' }, { ...ENTER, side: 'SHORT', quantity: 2 }];
    if (bar === 4) assert.deepEqual([position?.side, position?.quantity, position?.stop], ['SHORT', 2, 105]);
    if (bar === 7) return [{ ...ENTER, order: { kind: 'limit', price: 90, validBars: 9 } }];
    if (bar === 9) assert.equal(pendingEntry?.limitPrice, 90);
    return bar === 9 ? [{ kind: 'cancel-entry' }, { kind: 'exit' }] : [];
  };
  const { trades, refused } = play(barsAt100({ 11: [100, 100, 80, 100] }), {}, {}, turn);
  assert.deepEqual(
    trades.map(({ side, entryBar, exitBar, exitReason }) => [side, entryBar, exitBar, exitReason]),
    [
      ['LONG', 2, 4, 'signal'],
      ['SHORT', 4, 6, 'time'],
    ],
  );
  assert.equal(refused.lapsed, 0);
});

test('a policy or costs that make no sense are refused whole', () => {
  const market = marketOf(barsAt100({}), { 2: LONG });
  const refused = (changes: Partial<BacktestSetup>, code: string, message: RegExp) =>
    assert.throws(() => backtest(setupOf([market], changes)), { code, message });
  const policy = (changes: object) => ({ ...policyOf({}), ...changes }) as Policy;
  refused({ policy: policy({ maxLeverage: 1e9 }) }, 'POLICY_INVALID', /maxLeverage.*1000000000/);
  refused(
    { policy: policy({ sizing: { kind: 'fraction', fraction: -1 } }) },
    'POLICY_INVALID',
    /fraction.*-1/,
  );
  refused(
    { policy: policy({ sizing: { kind: 'fraction', fraction: 3 } }) },
    'POLICY_INVALID',
    /exceeds maxLeverage/,
  );
  refused({ costs: { ...NO_COSTS, feeBps: 20_000 } }, 'BACKTEST_INVALID', /feeBps.*20000/);
  refused({ costs: { ...NO_COSTS, feeBps: -1 } }, 'BACKTEST_INVALID', /feeBps.*-1/);
  refused({ costs: { ...NO_COSTS, impactBps: 10_000 } }, 'BACKTEST_INVALID', /10000 bp; less than 10000/);
  for (const initialCash of [0, -5, Number.NaN, Number.POSITIVE_INFINITY])
    refused({ initialCash }, 'BACKTEST_INVALID', /purse/);
  for (const fromTime of [1e15, 1e20, Number.POSITIVE_INFINITY])
    refused({ fromTime }, 'BACKTEST_INVALID', /No bar opens/);
  refused({ fromTime: Number.NaN }, 'BACKTEST_INVALID', /No bar opens/);
  refused({ markets: [] }, 'BACKTEST_INVALID', /no market/);
  refused({ markets: [market, market] }, 'BACKTEST_INVALID', /twice/);
  const spot = marketOf(barsAt100({}), {}, { symbol: 'ETHUSD', kind: 'spot' });
  refused({ markets: [market, spot] }, 'BACKTEST_INVALID', /one purse holds one kind/);
  refused({ markets: [spot], policy: policyOf({ maxLeverage: 3 }) }, 'POLICY_INVALID', /on spot at most 1/);
});

test('bars, signals, rules and funding that are none are refused, with the bar and the value', () => {
  const refused = (changes: object, message: RegExp) =>
    assert.throws(() => play(barsAt100({}), { 2: LONG }, { market: changes }), {
      code: 'BACKTEST_INVALID',
      message,
    });
  const candles = candlesOf(barsAt100({}));
  const broken = (column: 'open' | 'close' | 'high' | 'volume' | 'openTime', value: number) => {
    const changed = candles[column].slice();
    changed[5] = value;
    return { candles: { ...candles, [column]: changed } };
  };
  refused(broken('close', Number.NaN), /bar 5 of BTCUSDT is none: .*close NaN/);
  refused(broken('open', 0), /open 0/);
  refused(broken('high', Number.POSITIVE_INFINITY), /high Infinity/);
  refused(broken('high', 99), /high 99/);
  refused(broken('volume', -1), /volume -1/);
  refused(broken('openTime', 0), /times ascend/);
  const short = { direction: new Int8Array(3), volatility: new Float64Array(12) };
  refused({ signals: short }, /12 bars and 3 values of direction/);
  refused({ rules: { tick: -1, lot: null, minQuantity: null, minNotional: null } }, /tick -1/);
  refused({ rules: { tick: null, lot: Number.NaN, minQuantity: null, minNotional: null } }, /lot NaN/);
  refused({ funding: { time: Float64Array.of(1, 1), rate: Float64Array.of(0, 0) } }, /ascending/);
  refused({ funding: { time: Float64Array.of(1), rate: Float64Array.of(Number.NaN) } }, /rate NaN/);
  refused(
    { kind: 'spot', funding: { time: Float64Array.of(1), rate: Float64Array.of(0) } },
    /pays no funding/,
  );
});
