import assert from 'node:assert/strict';
import { Decimal } from 'decimal.js';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { stepped } from './backtest-story.ts';
import type { PlayedSetups } from './played-setups.ts';
import { bookedLine, fillLine, orderLine } from './same-decisions.ts';
import { EVER } from './trading.ts';
import { tradeInProcess } from './trading-in-process.ts';

/** A share of the capital: what a sum of doubles may lose against the books' exact decimals. */
const TOLERANCE = 1e-9;

/**
 * Lets a new account trade a backtest's bars and predictions through the steps of `liveTrading`, and compares: orders and fills
 * as strings, equity at each close, the ledger's invariants.
 * @param kills counts of closes at which the process ends once the close is decided, and another goes on with what is written
 */
export async function assertPlayed(
  played: PlayedSetups,
  account: string,
  setup: BacktestSetup,
  timeframe: Timeframe,
  kills: readonly number[] = [],
): Promise<{ readonly orders: number; readonly fills: number; readonly closes: number }> {
  const { ledger } = played;
  const barMs = TIMEFRAME_MS[timeframe];
  await played.account(
    account,
    setup,
    setup.markets.map(() => timeframe),
  );
  const marked = new Map<number, number>();
  await untilEnded(async () => {
    const trading = await played.trading();
    await tradeInProcess(trading, account, closeTime => {
      const isKilled = !marked.has(closeTime) && kills.includes(marked.size);
      marked.set(closeTime, equityAt(closeTime));
      if (isKilled) throw new Killed();
    });
    await trading.close();
  });
  const equity = [...marked.values()];

  const story = stepped(setup, barMs);
  assert.deepEqual(ledger.orders(account, EVER).map(orderLine).sort(), [...story.orders].sort(), 'orders');
  const booked = setup.markets.flatMap(({ symbol }) => ledger.paper.fills(account, symbol, 0));
  const lines = booked.map(fill => bookedLine(fill, barMs));
  assert.deepEqual(lines.sort(), story.fills.map(fillLine).sort(), 'fills');
  assert.equal(equity.length, story.equity.length, 'closes');
  for (const [at, value] of story.equity.entries()) {
    const most = TOLERANCE * Math.max(setup.initialCash, Math.abs(value));
    assert.ok(Math.abs(equity[at] - value) <= most, `${equity[at]} at close ${at} is not ${value}`);
  }
  assert.deepEqual(ledger.check(account), []);
  return { orders: story.orders.length, fills: story.fills.length, closes: equity.length };

  function equityAt(closeTime: number): number {
    let sum = new Decimal(ledger.cash(account));
    for (const { symbol, quantity } of ledger.positions(account)) {
      const { candles } = setup.markets.find(market => market.symbol === symbol)!;
      const row = candles.openTime.findLastIndex(time => time + barMs <= closeTime);
      sum = sum.plus(new Decimal(quantity).times(candles.close[row]));
    }
    return sum.toNumber();
  }
}

class Killed extends Error {}

/** Whoever was killed closes nothing. */
async function untilEnded(process: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await process();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}
