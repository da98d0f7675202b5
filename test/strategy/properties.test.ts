import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BacktestResult, BacktestSetup } from '../../contracts/backtest.ts';
import { backtest } from '../../strategy/backtest.ts';
import { decide } from '../../strategy/decide.ts';
import { near } from '../support/near.ts';
import { setupArbitrary } from './setups.ts';

test('no trade before its signal, none against it, none beyond the range, never short on spot', () => {
  check(({ markets, fromTime }, { trades }) => {
    for (const trade of trades) {
      const { kind, candles, signals } = markets.find(({ symbol }) => symbol === trade.symbol)!;
      assert.equal(signals.direction[trade.signalBar], trade.side === 'LONG' ? 2 : 0);
      assert.ok(trade.signalBar < trade.entryBar && trade.entryBar <= trade.exitBar);
      assert.ok(candles.openTime[trade.signalBar] >= fromTime);
      assert.equal(candles.openTime[trade.entryBar], trade.entryTime);
      assert.equal(candles.openTime[trade.exitBar], trade.exitTime);
      assert.equal(trade.barsHeld, trade.exitBar - trade.entryBar + 1);
      assert.ok(kind === 'swap' || trade.side === 'LONG');
    }
  });
});

test('one position per symbol at a time', () => {
  check(({ markets }, { trades }) => {
    for (const { symbol } of markets) {
      const own = trades.filter(trade => trade.symbol === symbol);
      for (const [i, { entryBar }] of own.entries())
        assert.ok(i === 0 || entryBar >= own[i - 1].exitBar, `${symbol} ${entryBar}`);
    }
  });
});

test('costs are never negative, and what was gained is what the account has', () => {
  check((_, { trades, costs, equity, initialCash, turnover }) => {
    const sums = { fees: 0, spread: 0, slippage: 0, funding: 0, netPnl: 0 };
    for (const trade of trades) {
      for (const kind of ['fees', 'spread', 'slippage'] as const) {
        assert.ok(trade.costs[kind] >= 0, `${kind} ${trade.costs[kind]}`);
        sums[kind] += trade.costs[kind];
      }
      sums.funding += trade.costs.funding;
      sums.netPnl += trade.netPnl;
      const { fees, spread, slippage, funding } = trade.costs;
      near(trade.netPnl, trade.grossPnl - fees - spread - slippage - funding, 1e-9);
      assert.ok(trade.quantity > 0 && trade.exits > 0 && trade.entryPrice > 0 && trade.exitPrice > 0);
    }
    for (const kind of ['fees', 'spread', 'slippage', 'funding'] as const)
      near(costs[kind], sums[kind], 1e-9);
    near(equity[equity.length - 1], initialCash + sums.netPnl, 1e-9);
    assert.ok(turnover >= 0);
  });
});

test('a line per open time; no account falls below zero; spot holds no more than it has', () => {
  check(({ markets, policy, fromTime }, { time, equity, cash, grossExposure, initialCash }) => {
    const times = new Set(
      markets.flatMap(({ candles }) => [...candles.openTime]).filter(at => at >= fromTime),
    );
    assert.deepEqual(
      [...time],
      [...times].sort((a, b) => a - b),
    );
    for (const [line, value] of equity.entries()) {
      assert.ok(value >= -1e-9 * initialCash, `equity ${value} in line ${line}`);
      assert.ok(Number.isFinite(cash[line]) && grossExposure[line] >= 0);
      if (markets[0].kind === 'spot') {
        near(value, cash[line] + grossExposure[line], 1e-9);
        assert.ok(cash[line] >= -1e-9 * initialCash);
      }
    }
    assert.equal(grossExposure[grossExposure.length - 1], 0);
    assert.ok(policy.maxLeverage >= 0);
  });
});

test('bars after the range change nothing', () => {
  fc.assert(
    fc.property(setupArbitrary, fc.integer({ min: 6, max: 50 }), (setup, bars) => {
      const toTime = bars * 3_600_000;
      const isEmpty = setup.markets.every(({ candles }) =>
        candles.openTime.every(time => time < setup.fromTime || time >= toTime),
      );
      if (isEmpty) return;
      const changed = setup.markets.map(market => {
        const { candles } = market;
        const after = (column: Float64Array) =>
          column.map((value, row) => (candles.openTime[row] >= toTime ? value * 3 : value));
        return {
          ...market,
          candles: {
            ...candles,
            open: after(candles.open),
            high: after(candles.high),
            low: after(candles.low),
            close: after(candles.close),
          },
        };
      });
      assert.deepEqual(
        plain(backtest({ ...setup, toTime })),
        plain(backtest({ ...setup, markets: changed, toTime })),
      );
    }),
    { numRuns: 200 },
  );
});

test('skipping what nothing happens in changes nothing: asked at every bar, the built-in strategy trades the same', () => {
  check((setup, result) => {
    const asked = backtest(setup, decide);
    // A ruined account asks a strategy of one's own no more, and so counts no refusals.
    const isRuined = result.equity.some(value => value === 0);
    assert.deepEqual({ ...plain(asked), refused: isRuined ? result.refused : asked.refused }, plain(result));
  });
});

function check(property: (setup: BacktestSetup, result: BacktestResult) => void): void {
  fc.assert(
    fc.property(setupArbitrary, setup => property(setup, backtest(setup))),
    { numRuns: 400 },
  );
}

function plain(result: BacktestResult): BacktestResult {
  return { ...result };
}
