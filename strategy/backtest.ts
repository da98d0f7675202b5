import type { BacktestMarket, BacktestResult, BacktestSetup, Trade } from '../contracts/backtest.ts';
import { barsBefore } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import type { Decide } from '../contracts/intents.ts';
import type { Lines } from './account-lines.ts';
import { checkBars, checkTerms } from './setup-check.ts';
import { Simulation } from './simulation.ts';
import type { MarketFeed } from './symbol-book.ts';

/**
 * Plays a range of bars by the rule book (`docs/backtesting.md`). O(bars); of one symbol whose signals are followed as the
 * policy says, bars in which nothing happens cost a few nanoseconds each. Trades become objects and the account's lines columns when
 * they are first read: until then neither is waited for, and the candles must stay as they are.
 * @param decide a strategy of one's own, asked at every close; without it the signals are followed as the policy says
 * @throws AlphaloomError BACKTEST_INVALID, POLICY_INVALID, STRATEGY_INVALID
 */
export function backtest(setup: BacktestSetup, decide?: Decide): BacktestResult {
  checkTerms(setup);
  const feeds = setup.markets.map(market => feedOf(market, setup));
  const isRange = !Number.isNaN(setup.fromTime) && !Number.isNaN(setup.toTime);
  if (!isRange || feeds.every(({ from, to }) => from === to)) throw emptyRange(setup);
  for (const [i, feed] of feeds.entries()) checkBars(setup.markets[i].symbol, feed);
  const simulation = new Simulation(setup, decide ?? null);
  const { time, lines } = simulation.play(feeds);
  const last = simulation.finish();
  let columns: Lines | null = null;
  const read = () => {
    columns ??= endedWith(lines, last);
    return columns;
  };
  let trades: Trade[] | null = null;
  return {
    get trades() {
      trades ??= simulation.takeTrades();
      return trades;
    },
    time,
    get equity() {
      return read().equity;
    },
    get cash() {
      return read().cash;
    },
    get grossExposure() {
      return read().grossExposure;
    },
    ...simulation.totals(),
    initialCash: setup.initialCash,
  };
}

/** The last line once all has left. */
function endedWith(
  { equity, cash, grossExposure }: Lines,
  last: Readonly<Record<keyof Lines, number>>,
): Lines {
  const line = equity.length - 1;
  equity[line] = last.equity;
  cash[line] = last.cash;
  grossExposure[line] = last.grossExposure;
  return { equity, cash, grossExposure };
}

function feedOf(
  { candles, signals, funding, confirmation }: BacktestMarket,
  { fromTime, toTime }: BacktestSetup,
): MarketFeed {
  const from = barsBefore(candles, fromTime);
  const to = Math.max(from, barsBefore(candles, toTime));
  return { candles, signals, funding, ...(confirmation && { confirmation }), from, to, firstBar: 0 };
}

/** Epoch ms that a date can stand for (ECMA-262). */
const LAST_DATE = 8.64e15;

function emptyRange({ markets, fromTime, toTime }: BacktestSetup): AlphaloomError {
  const told = (time: number) => (Math.abs(time) <= LAST_DATE ? new Date(time).toISOString() : String(time));
  const known = markets
    .filter(({ candles }) => candles.openTime.length > 0)
    .map(
      ({ symbol, candles: { openTime } }) =>
        `${symbol} has bars from ${told(openTime[0])} to ${told(openTime[openTime.length - 1])}`,
    );
  return new AlphaloomError(
    'BACKTEST_INVALID',
    `No bar opens from ${told(fromTime)} to before ${told(toTime)}: ${known.join('; ') || 'no symbol has any bar'}.`,
    { fromTime, toTime },
  );
}
