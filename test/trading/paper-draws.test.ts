import test from 'node:test';
import fc from 'fast-check';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import { BAR_MS } from '../strategy/bars.ts';
import { ruledSetupArbitrary, setupArbitrary } from '../strategy/setups.ts';
import { assertPlayed } from '../support/played-account.ts';
import { playedSetups } from '../support/played-setups.ts';

/** More of them, or others: `ALPHALOOM_TEST_DRAWS`, `ALPHALOOM_TEST_SEED`. */
const DRAWS = Number(process.env.ALPHALOOM_TEST_DRAWS ?? 25);
const SEED = Number(process.env.ALPHALOOM_TEST_SEED ?? 20_260_301);

const killsArbitrary = fc.array(fc.nat(20), { maxLength: 3 });

for (const [what, setups] of [
  ['without rules', setupArbitrary],
  ['with rules', ruledSetupArbitrary],
] as const) {
  test(`an account ${what} trades any bars and predictions as their backtest does, wherever its process is killed`, {
    timeout: 900_000,
  }, async t => {
    const played = await playedSetups(t);
    let accounts = 0;
    await fc.assert(
      fc.asyncProperty(setups, killsArbitrary, async (setup, kills) => {
        await assertPlayed(played, `draw${accounts++}`, dated(setup), '1h', kills);
      }),
      { numRuns: DRAWS, seed: SEED, endOnFailure: true },
    );
  });
}

/** Weeks later: no time is 0. */
const DATE = 2_800 * 7 * 86_400_000;

function dated(setup: BacktestSetup): BacktestSetup {
  const markets = setup.markets.map(market => ({
    ...market,
    candles: { ...market.candles, openTime: market.candles.openTime.map(time => time + DATE) },
  }));
  const last = Math.max(...markets.map(({ candles }) => candles.openTime.at(-1) ?? 0));
  return { ...setup, markets, fromTime: setup.fromTime + DATE, toTime: last + BAR_MS };
}
