import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { LabelSpec } from '../../contracts/recipe.ts';
import { type BacktestInput, backtest } from '../../strategy/backtest.ts';
import { netReturn } from '../../strategy/costs.ts';
import { near } from '../support/near.ts';
import { type Bar, candlesOf } from './bars.ts';
import { referenceTrades } from './reference-backtest.ts';

/** Whole prices and whole ATRs, so that levels are hit exactly, jumped over and touched together often. */
const barArbitrary: fc.Arbitrary<Bar> = fc
  .tuple(fc.integer({ min: 90, max: 110 }), fc.integer({ min: 90, max: 110 }), fc.nat(8), fc.nat(8))
  .map(([open, close, up, down]) => [open, Math.max(open, close) + up, Math.min(open, close) - down, close]);

const labelsArbitrary: fc.Arbitrary<LabelSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('triple-barrier' as const),
    horizonBars: fc.integer({ min: 1, max: 8 }),
    upAtr: fc.integer({ min: 1, max: 4 }),
    downAtr: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('fixed-horizon' as const),
    horizonBars: fc.integer({ min: 1, max: 8 }),
    thresholdLogReturn: fc.constant(0.01),
  }),
);

const inputArbitrary: fc.Arbitrary<BacktestInput> = fc
  .array(
    fc.record({
      bar: barArbitrary,
      direction: fc.constantFrom(-1, 0, 1, 2, 2, 0),
      atr: fc.constantFrom(0, Number.NaN, 1, 2, 3, 5),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .chain(rows =>
    fc.record({
      candles: fc.constant(candlesOf(rows.map(row => row.bar))),
      atr: fc.constant(Float64Array.from(rows, row => row.atr)),
      direction: fc.constant(Int8Array.from(rows, row => row.direction)),
      fromBar: fc.integer({ min: 0, max: rows.length - 2 }),
      toBar: fc.constant(rows.length),
      labels: labelsArbitrary,
      costs: fc.record({ feeBps: fc.nat(50), halfSpreadBps: fc.nat(5), slippageBps: fc.nat(5) }),
      market: fc.constantFrom('spot' as const, 'swap' as const),
    }),
  );

test('bar by bar gives the same trades as looking forward from each signal', () => {
  fc.assert(
    fc.property(inputArbitrary, input => {
      const got = backtest(input).trades;
      const expected = referenceTrades(input);
      assert.equal(got.length, expected.length);
      for (const [i, trade] of got.entries()) {
        near(trade.netReturn, expected[i]!.netReturn);
        assert.deepEqual({ ...trade, netReturn: 0 }, { ...expected[i], netReturn: 0 });
      }
    }),
    { numRuns: 1_500 },
  );
});

test('no trade before its signal, none over another, none beyond the range, never short on spot', () => {
  fc.assert(
    fc.property(inputArbitrary, input => {
      let freeFrom = input.fromBar;
      for (const trade of backtest(input).trades) {
        assert.equal(input.direction[trade.entryBar - 1], trade.direction === 'LONG' ? 2 : 0);
        assert.ok(trade.entryBar > freeFrom || trade.entryBar === input.fromBar + 1);
        assert.ok(trade.exitBar >= trade.entryBar && trade.exitBar < input.toBar);
        assert.ok(trade.exitBar <= trade.entryBar - 1 + input.labels.horizonBars);
        assert.ok(trade.netReturn <= trade.grossReturn);
        assert.ok(input.market === 'swap' || trade.direction === 'LONG');
        freeFrom = trade.exitBar;
      }
    }),
    { numRuns: 500 },
  );
});

test('bars after the range change nothing', () => {
  fc.assert(
    fc.property(inputArbitrary, fc.nat(), (input, cut) => {
      const toBar = input.fromBar + 2 + (cut % (input.toBar - input.fromBar - 1));
      const short = (column: Float64Array) => column.slice(0, toBar);
      const candles = Object.fromEntries(
        Object.entries(input.candles).map(([name, column]) => [name, short(column)]),
      ) as unknown as BacktestInput['candles'];
      assert.deepEqual(
        backtest({ ...input, toBar }),
        backtest({ ...input, candles, atr: short(input.atr), toBar }),
      );
    }),
    { numRuns: 300 },
  );
});

test('total and drawdown follow from the trades, marked at each close', () => {
  fc.assert(
    fc.property(inputArbitrary, input => {
      const { trades, summary } = backtest(input);
      const perSide = summary.costsPerSideBps;
      let realized = 1;
      let peak = 1;
      let drawdown = 0;
      for (let bar = input.fromBar; bar < input.toBar; bar++) {
        let equity = realized;
        for (const trade of trades) {
          if (trade.exitBar === bar) equity = realized *= 1 + trade.netReturn;
          else if (trade.entryBar <= bar && bar < trade.exitBar) {
            equity =
              realized *
              (1 + netReturn(trade.direction, trade.entryPrice, input.candles.close[bar]!, perSide));
          }
        }
        peak = Math.max(peak, equity);
        drawdown = Math.max(drawdown, 1 - equity / peak);
      }
      near(summary.totalNetReturn, realized - 1);
      near(summary.maxDrawdown, drawdown);
    }),
    { numRuns: 300 },
  );
});

test('the returns per bar compound to the total, and there is none in bars without a position', () => {
  fc.assert(
    fc.property(inputArbitrary, input => {
      const { netReturns, summary, trades } = backtest(input);
      assert.equal(netReturns.length, input.toBar - input.fromBar);
      near(netReturns.reduce((equity, gained) => equity * (1 + gained), 1) - 1, summary.totalNetReturn, 1e-9);
      for (const [i, gained] of netReturns.entries()) {
        const bar = input.fromBar + i;
        if (trades.every(({ entryBar, exitBar }) => bar < entryBar || bar > exitBar)) assert.equal(gained, 0);
      }
    }),
  );
});
