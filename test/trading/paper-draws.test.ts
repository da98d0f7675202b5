import assert from 'node:assert/strict';
import test from 'node:test';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import { BAR_MS } from '../strategy/bars.ts';
import { ruledSetupArbitrary, setupArbitrary } from '../strategy/setups.ts';
import { stepped } from '../support/backtest-story.ts';
import { type PlayedSetups, playedSetups } from '../support/played-setups.ts';
import { bookedLine, fillLine, orderLine } from '../support/same-decisions.ts';
import { EVER } from '../support/trading.ts';
import { tradeInProcess } from '../support/trading-in-process.ts';

const RUNS = Number(process.env.ALPHALOOM_TEST_DRAWS ?? 60);
const SEED = Number(process.env.ALPHALOOM_TEST_SEED ?? 20_260_301);

for (const [what, setups] of [
  ['without rules', setupArbitrary],
  ['with rules', ruledSetupArbitrary],
] as const) {
  test(`an account ${what} trades any bars and predictions as their backtest does`, {
    timeout: 600_000,
  }, async t => {
    const played = await playedSetups(t);
    let accounts = 0;
    await fc.assert(
      fc.asyncProperty(setups, async setup => {
        await assertPlayed(played, `draw${accounts++}`, dated(setup));
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
}

async function assertPlayed(played: PlayedSetups, name: string, setup: BacktestSetup): Promise<void> {
  const { ledger } = played;
  await played.account(
    name,
    setup,
    setup.markets.map(() => '1h'),
  );
  const trading = await played.trading();
  const equity: number[] = [];
  await tradeInProcess(trading, name, () => equity.push(equityOf()));
  await trading.close();

  const story = stepped(setup, BAR_MS);
  const sent = ledger.orders(name, EVER);
  assert.deepEqual(sent.map(orderLine).sort(), [...story.orders].sort(), 'orders');
  const fills = setup.markets.flatMap(({ symbol }) => ledger.paper.fills(name, symbol, 0));
  assert.deepEqual(
    fills.map(fill => bookedLine(fill, BAR_MS)).sort(),
    story.fills.map(fillLine).sort(),
    'fills',
  );
  assert.equal(equity.length, story.equity.length);
  for (const [at, value] of story.equity.entries())
    assert.ok(
      Math.abs(equity[at] - value) <= 1e-9 * Math.max(setup.initialCash, Math.abs(value)),
      `${equity[at]} at close ${at} is not ${value}`,
    );
  assert.deepEqual(ledger.check(name), []);

  function equityOf(): number {
    const close = ledger.account(name).lastCloseTime!;
    return ledger
      .positions(name)
      .reduce(
        (sum, { symbol, quantity }) => {
          const { candles } = setup.markets.find(market => market.symbol === symbol)!;
          const row = candles.openTime.findLastIndex(time => time + BAR_MS <= close);
          return sum.plus(new Decimal(quantity).times(candles.close[row]));
        },
        new Decimal(ledger.cash(name)),
      )
      .toNumber();
  }
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
