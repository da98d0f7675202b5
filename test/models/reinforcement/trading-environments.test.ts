import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { ACTION_DIRECTION } from '../../../models/reinforcement/actions.ts';
import { PORTFOLIO_SIZE } from '../../../models/reinforcement/portfolio-state.ts';
import {
  type EpisodeTrade,
  TradingEnvironments,
  type TradingMarket,
} from '../../../models/reinforcement/trading-environments.ts';
import { playDirections } from '../../../strategy/play-directions.ts';
import { type Bar, candlesOf, NO_COSTS, still, USUAL_COSTS } from '../../strategy/bars.ts';
import { near } from '../../support/near.ts';
import { episodesFrom, playArbitrary } from './markets.ts';

const HOLD = 0;
const BUY = 1;
const SELL = 2;

test('an episode’s trades and equity are those of a backtest of the same directions', () => {
  fc.assert(
    fc.property(playArbitrary, ({ market, actions }) => {
      const bars = actions.length;
      const { trades, rewards } = playAll(market, actions);
      const expected = playDirections({
        ...market,
        direction: Int8Array.from(actions, action => ACTION_DIRECTION[action]),
        fromBar: 0,
        toBar: bars,
      });
      // Where the bars end, the backtest closes what is open; an episode is cut, its equity marked as if it were closed.
      const closed = expected.trades.filter(({ exitReason }) => exitReason !== 'end');
      assert.deepEqual(trades.map(placeOf), closed.map(placeOf));
      for (const [i, { grossReturn, netReturn }] of trades.entries()) {
        near(grossReturn, closed[i].grossReturn, 1e-11);
        near(netReturn, closed[i].netReturn, 1e-11);
      }
      const logReturn = rewards.reduce((sum, reward) => sum + reward, 0);
      near(logReturn, Math.log(expected.equity[bars - 1] / expected.initialCash), 1e-11);
    }),
    { numRuns: 500 },
  );
});

test('the reward is the change of the logarithm of equity, the costs of both sides paid at the entry', () => {
  const market = marketOf([still(100), still(100), still(103)], { costs: USUAL_COSTS });
  const { rewards } = playAll(market, Uint8Array.of(BUY, HOLD, HOLD));
  // The whole equity, 1 / 1.0003 of it at the price shown: spread and slippage on that, fees on what is paid.
  const marked = (price: number) =>
    Math.log(1 + (price - 1 - 0.0003 * (1 + price) - 0.001 * (1.0003 + 0.9997 * price)) / 1.0003);
  near(rewards[0], marked(1));
  near(rewards[1], marked(1.03) - rewards[0]);
});

test('a flat account sees zeros; an open one its side, return, age and fall', () => {
  const market = marketOf([still(100), still(100), still(104), still(102), still(102)]);
  const environments = new TradingEnvironments(market, episodesFrom([0]), 1, ignore, ignore);
  const seen = [[...environments.portfolio]];
  for (const action of [BUY, HOLD, HOLD]) {
    environments.step(Uint8Array.of(action));
    seen.push([...environments.portfolio]);
  }
  const rounded = seen.map(row => row.map(value => Number(value.toFixed(6))));
  assert.deepEqual(rounded, [
    [0, 0, 0, 0],
    [1, 0, 0.125, 0],
    [1, 0.04, 0.25, 0],
    [1, 0.02, 0.375, 0.02],
  ]);
});

test('an action is decisive where it can change something', () => {
  const bars = [still(100), still(100), still(100), still(100)];
  const decisive = (kind: 'spot' | 'swap') => {
    const market = marketOf(bars, { market: kind });
    const environments = new TradingEnvironments(market, episodesFrom([0]), 1, ignore, ignore);
    const before = environments.decisive[0];
    environments.step(Uint8Array.of(BUY));
    return [before, environments.decisive[0]];
  };
  assert.deepEqual(decisive('swap'), [1, 0]);
  assert.deepEqual(decisive('spot'), [1, 1]);
});

test('an episode is truncated by its length and by the last bar, and the next one begins flat', () => {
  const market = marketOf(Array.from({ length: 6 }, () => still(100)));
  const ended: number[][] = [];
  const environments = new TradingEnvironments(
    market,
    episodesFrom([0, 4], { maxSteps: 2 }),
    1,
    ignore,
    (i, steps) => ended.push([i, steps]),
  );
  const bars = [environments.bar[0]];
  const reached: number[] = [];
  for (const action of [BUY, HOLD, BUY]) {
    environments.step(Uint8Array.of(action));
    bars.push(environments.bar[0]);
    reached.push(environments.reachedBar[0]);
  }
  assert.deepEqual(bars, [0, 1, 4, 0]);
  assert.deepEqual(reached, [1, 2, 5]);
  assert.deepEqual(ended, [
    [0, 2],
    [0, 1],
  ]);
  assert.deepEqual([environments.terminated[0], environments.truncated[0]], [0, 1]);
  assert.deepEqual([environments.portfolio[0], environments.reachedPortfolio[0]], [0, 1]);
});

test('ruin terminates an episode: nothing is left to go on with', () => {
  const market = marketOf([still(100), still(100), still(40), still(40)]);
  const episodes = episodesFrom([0], { ruinEquity: 0.5 });
  const environments = new TradingEnvironments(market, episodes, 1, ignore, ignore);
  environments.step(Uint8Array.of(BUY));
  environments.step(Uint8Array.of(HOLD));
  assert.deepEqual([environments.terminated[0], environments.truncated[0]], [1, 0]);
  near(environments.reward[0], Math.log(0.4));
  assert.equal(environments.bar[0], 0);
});

test('a loss beyond everything still has a finite reward', () => {
  const market = marketOf([still(100), still(100), still(500), still(500)]);
  const { rewards } = playAll(market, Uint8Array.of(SELL, HOLD, HOLD));
  assert.ok(Number.isFinite(rewards[1]) && rewards[1] < -4);
});

test('accounts do not touch one another, and a kept state goes on as if nothing had been', () => {
  fc.assert(
    fc.property(playArbitrary, ({ market, actions }) => {
      const episodes = episodesFrom([0], { maxSteps: 9 });
      const play = (count: number, i: number, interrupted: boolean) => {
        let environments = new TradingEnvironments(market, episodes, count, ignore, ignore);
        const seen: number[][] = [];
        for (const [step, action] of actions.entries()) {
          environments.step(
            Uint8Array.from({ length: count }, (_, k) => (k === i ? action : (step + k) % 3)),
          );
          const from = i * PORTFOLIO_SIZE;
          const portfolio = environments.portfolio.subarray(from, from + PORTFOLIO_SIZE);
          seen.push([environments.bar[i], environments.reward[i], ...portfolio]);
          if (!interrupted) continue;
          const state = environments.state();
          environments = new TradingEnvironments(market, episodes, count, ignore, ignore);
          environments.restore(state);
        }
        return seen;
      };
      const alone = play(1, 0, false);
      assert.deepEqual(play(3, 2, false), alone);
      assert.deepEqual(play(3, 1, true), alone);
    }),
    { numRuns: 100 },
  );
});

/** When and how a trade was made. */
function placeOf({ side, entryBar, exitBar, exitReason }: Omit<EpisodeTrade, 'entryPrice' | 'exitPrice'>) {
  return { side, entryBar, exitBar, exitReason };
}

/** One account from bar 0 to the last bar. */
function playAll(market: TradingMarket, actions: Uint8Array) {
  const trades: EpisodeTrade[] = [];
  const environments = new TradingEnvironments(
    market,
    episodesFrom([0]),
    1,
    (_, trade) => trades.push(trade),
    ignore,
  );
  const rewards: number[] = [];
  for (const action of actions.subarray(0, actions.length - 1)) {
    environments.step(Uint8Array.of(action));
    rewards.push(environments.reward[0]);
  }
  return { trades, rewards };
}

function marketOf(bars: readonly Bar[], changes: Partial<TradingMarket> = {}): TradingMarket {
  return {
    candles: candlesOf(bars),
    volatility: new Float64Array(bars.length).fill(1_000),
    labels: { kind: 'fixed-horizon', horizonBars: 8, thresholdLogReturn: 0.01 },
    costs: NO_COSTS,
    market: 'swap',
    ...changes,
  };
}

const ignore: () => void = () => {};
