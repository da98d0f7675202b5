import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { BacktestSetup, Trade } from '../../contracts/backtest.ts';
import { costsSchema } from '../../contracts/costs.ts';
import { policySchema } from '../../contracts/policy.ts';
import { RULE_CODES } from '../../contracts/risk.ts';
import { LONG, UNLABELLED } from '../../contracts/tasks.ts';
import { drawnBacktests, drawnRuledBacktests } from './reference-cases.ts';
import { referenceBacktest } from './reference-engine.ts';

type Bar = readonly [open: number, high: number, low: number, close: number];

const HOUR = 3_600_000;
const FLAT: Bar = [100, 100, 100, 100];

/** A purse of 10,000 and a LONG signal at the first bar's close; what follows is worked out by hand. */
function tradesOf(
  bars: readonly Bar[],
  policy: Record<string, unknown>,
  costs: Record<string, unknown> = {},
  kind: 'spot' | 'swap' = 'swap',
): readonly Trade[] {
  const column = (at: number) => Float64Array.from(bars, bar => bar[at]);
  const openTime = Float64Array.from(bars, (_, at) => at * HOUR);
  const setup: BacktestSetup = {
    markets: [
      {
        symbol: 'BTCUSDT',
        kind,
        candles: {
          openTime,
          open: column(0),
          high: column(1),
          low: column(2),
          close: column(3),
          volume: new Float64Array(bars.length).fill(100),
        },
        signals: {
          direction: Int8Array.from(bars, (_, at) => (at === 0 ? LONG : UNLABELLED)),
          volatility: new Float64Array(bars.length).fill(1),
        },
        labels: { kind: 'fixed-horizon', horizonBars: 100, thresholdLogReturn: 0.01 },
        rules: null,
        funding: null,
      },
    ],
    policy: policySchema.parse({ name: 'by-hand', ...policy }),
    costs: costsSchema.parse({ feeBps: 0, halfSpreadBps: 0, slippageBps: 0, ...costs }),
    initialCash: 10_000,
    fromTime: 0,
    toTime: bars.length * HOUR,
  };
  return referenceBacktest(setup).trades;
}

function near(got: number, expected: number): void {
  assert.ok(
    Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${got}, expected ${expected}`,
  );
}

describe('the reference, by hand', () => {
  test('a stopped trade pays spread, slippage and fee on both sides', () => {
    const exits = { stop: { kind: 'percent', percent: 5 }, target: { kind: 'none' } };
    const [trade] = tradesOf(
      [FLAT, [100, 101, 99, 100], [100, 100, 94, 95], FLAT],
      { exits },
      {
        feeBps: 10,
        halfSpreadBps: 1,
        slippageBps: 2,
      },
    );
    const quantity = 10_000 / 100.03;
    assert.deepEqual([trade.entryBar, trade.exitBar, trade.exitReason, trade.exits], [1, 2, 'stop', 1]);
    near(trade.quantity, quantity);
    near(trade.entryPrice, 100.03);
    near(trade.exitPrice, 94.9715);
    near(trade.grossPnl, -5 * quantity);
    near(trade.costs.spread, quantity * 0.0195);
    near(trade.costs.slippage, quantity * 0.039);
    near(trade.costs.fees, quantity * 0.1950015);
    near(trade.netReturn, (-5 - 0.0195 - 0.039 - 0.1950015) / 100);
  });

  test('a ladder leaves in shares, and a jumped target fills at the open', () => {
    const exits = {
      stop: { kind: 'none' },
      target: { kind: 'percent', percent: 4 },
      targetShares: { tp1: 0.5, tp2: 0.3, tp3: 0.2 },
    };
    const [trade] = tradesOf([FLAT, [100, 102, 100, 101], [105, 106, 104, 105], FLAT], { exits });
    assert.deepEqual([trade.exits, trade.exitReason, trade.exitBar], [3, 'target', 2]);
    near(trade.exitPrice, 0.5 * 102 + 0.3 * 105 + 0.2 * 106);
    near(trade.netPnl, 100 * (trade.exitPrice - 100));
  });

  test('volume lets an order through bit by bit; levels stand from the average', () => {
    const exits = { stop: { kind: 'percent', percent: 5 }, target: { kind: 'none' } };
    const bars: Bar[] = [FLAT, [100, 110, 100, 110], [110, 110, 105, 105], [105, 105, 95, 95], FLAT, FLAT];
    const [trade] = tradesOf(bars, { exits, maxVolumeShare: 0.4 });
    // 40 at 100; at 110 the order is cut to (10,400 − 4,400) / 110, of which 40 fill and the rest at 105: 105 on average.
    const quantity = 40 + 6_000 / 110;
    near(trade.quantity, quantity);
    near(trade.entryPrice, 105);
    // 40 at the stop, what is left of them at the next two opens.
    near(trade.exitPrice, (40 * 0.95 * 105 + (quantity - 40) * 100) / quantity);
    assert.deepEqual([trade.entryBar, trade.exitBar, trade.exits], [1, 5, 3]);
  });

  test('at ten times its equity a position is liquidated where 0.5 % of its worth is left', () => {
    const policy = {
      sizing: { kind: 'fraction', fraction: 10 },
      maxLeverage: 10,
      exits: { stop: { kind: 'percent', percent: 2 }, target: { kind: 'none' } },
    };
    const [trade] = tradesOf([FLAT, [100, 100, 80, 85], FLAT], policy);
    assert.equal(trade.exitReason, 'liquidation');
    // 10,000 + 1,000 (p − 100) = .005 · 1,000 p
    near(trade.exitPrice, 90_000 / 995);
  });

  test('a fee in base makes the position smaller', () => {
    const exits = { stop: { kind: 'none' }, target: { kind: 'none' }, maxBars: 1 };
    const [trade] = tradesOf(
      [FLAT, [100, 120, 100, 110], FLAT],
      { exits },
      {
        feeBps: 100,
        feeCurrency: 'received',
      },
      'spot',
    );
    near(trade.quantity, 100);
    near(trade.costs.fees, 100 + 0.01 * 99 * 110);
    near(trade.netPnl, 99 * 110 * 0.99 - 10_000);
  });
});

describe('the reference on drawn backtests', () => {
  test('keeps its books: what the trades earned is what the account gained, and all ends in cash', () => {
    fc.assert(
      fc.property(drawnBacktests, setup => {
        const { trades, cash, equity, grossExposure, initialCash } = referenceBacktest(setup);
        const last = cash.length - 1;
        if (last < 0) return;
        const earned = trades.reduce((sum, trade) => sum + trade.netPnl, initialCash);
        const scale = Math.max(initialCash, ...grossExposure);
        assert.ok(Math.abs(earned - cash[last]) <= 1e-9 * scale);
        assert.equal(equity[last], cash[last]);
        assert.ok(equity.every(value => Number.isFinite(value)));
      }),
      { numRuns: 200 },
    );
  });

  test('meets every way out of a position and every refusal', () => {
    const met = new Set<string>();
    for (const setup of fc.sample(drawnBacktests, { numRuns: 300, seed: 1 })) {
      const { trades, refused } = referenceBacktest(setup);
      for (const { exitReason } of trades) met.add(exitReason);
      for (const [why, count] of Object.entries(refused)) if (count > 0) met.add(why);
    }
    const all = ['stop', 'trailing', 'target', 'time', 'signal', 'liquidation', 'end'];
    assert.deepEqual([...met].sort(), [...all, 'tooSmall', 'noFunds', 'lapsed', 'noLevels'].sort());
  });

  test('meets every rule that a backtest can know', () => {
    const met = new Set<string>();
    for (const setup of fc.sample(drawnRuledBacktests, { numRuns: 300, seed: 1 }))
      for (const rule of Object.keys(referenceBacktest(setup).blocked ?? {})) met.add(rule);
    const others = [
      'signal',
      'confidence',
      'levels',
      'size',
      'duplicate',
      'stale-data',
      'price-band',
      'spread',
      'max-order',
    ];
    assert.deepEqual(
      Object.keys(RULE_CODES).filter(rule => !met.has(rule)),
      others,
    );
  });
});
