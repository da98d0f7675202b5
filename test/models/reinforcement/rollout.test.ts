import assert from 'node:assert/strict';
import test from 'node:test';
import { type Player, Rollout } from '../../../models/reinforcement/rollout.ts';
import {
  TradingEnvironments,
  type TradingMarket,
} from '../../../models/reinforcement/trading-environments.ts';
import { candlesOf, NO_COSTS, still } from '../../strategy/bars.ts';
import { near } from '../../support/near.ts';
import { episodesFrom } from './markets.ts';

const SETTINGS = {
  gamma: 0.5,
  lambda: 1,
  rewardScale: 1,
  draw: (_step: number, out: Float32Array) => out.fill(0.999),
};

test('a cut episode is worth what its last state promises, a ruined one nothing', async () => {
  // sold at 100; then the price doubles and the account is ruined, or stands still and the episode is cut
  for (const [last, maxSteps, future] of [
    [200, 99, 0],
    [100, 2, 8],
  ]) {
    const market = marketOf([100, 100, last, last, last]);
    const rollout = new Rollout(2, 1);
    const world = new TradingEnvironments(
      market,
      episodesFrom([0], { maxSteps, ruinEquity: 0.5 }),
      1,
      () => {},
      () => {},
    );
    await rollout.play(world, playerOf([0, 0, 0], 8), SETTINGS);
    const lost = last === 200 ? Math.log(0.01) : 0;
    near(rollout.advantage[1], lost + 0.5 * future - 8);
    near(rollout.valueTarget[1], lost + 0.5 * future, 1e-6);
  }
});

test('what the last step leads to is worth what the critic says', async () => {
  const rollout = new Rollout(2, 1);
  const world = new TradingEnvironments(
    marketOf([1, 1, 1, 1]),
    episodesFrom([0]),
    1,
    () => {},
    () => {},
  );
  await rollout.play(world, playerOf([0, 0, 0], 8), SETTINGS);
  near(rollout.advantage[1], 0.5 * 8 - 8);
});

test('actions are drawn by their probabilities, and each one’s logarithm is kept', async () => {
  const scores = [0, Math.log(2), Math.log(5)];
  const draws = [0, 0.124, 0.126, 0.374, 0.376, 0.999];
  const rollout = new Rollout(draws.length, 1);
  const market = marketOf(new Array(20).fill(1));
  const world = new TradingEnvironments(
    market,
    episodesFrom([0]),
    1,
    () => {},
    () => {},
  );
  await rollout.play(world, playerOf(scores, 0), {
    ...SETTINGS,
    draw: (step: number, out: Float32Array) => out.fill(draws[step]),
  });
  assert.deepEqual([...rollout.action], [0, 0, 1, 1, 2, 2]);
  for (const [row, action] of rollout.action.entries())
    near(rollout.logProbability[row], Math.log([1, 2, 5][action] / 8), 1e-6);
});

test('rewards are scaled', async () => {
  const market = marketOf([100, 100, 50, 50]);
  const world = () =>
    new TradingEnvironments(
      market,
      episodesFrom([0]),
      1,
      () => {},
      () => {},
    );
  const rollout = new Rollout(2, 1);
  await rollout.play(world(), playerOf([0, 0, 0], 0), { ...SETTINGS, gamma: 1, rewardScale: 10 });
  near(rollout.advantage[1], 10 * Math.log(1.5));
});

/** Answers the same whatever it sees. */
function playerOf(scores: readonly number[], value: number): Player {
  return {
    evaluate: async bars => ({
      scores: Float32Array.from({ length: 3 * bars.length }, (_, at) => scores[at % 3]),
      value: new Float32Array(bars.length).fill(value),
    }),
  };
}

function marketOf(prices: readonly number[]): TradingMarket {
  return {
    candles: candlesOf(prices.map(still)),
    volatility: new Float64Array(prices.length).fill(1_000),
    labels: { kind: 'fixed-horizon', horizonBars: 30, thresholdLogReturn: 0.01 },
    costs: NO_COSTS,
    market: 'swap',
  };
}
