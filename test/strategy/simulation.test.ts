import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BacktestResult, BacktestSetup, Trade } from '../../contracts/backtest.ts';
import { barsBefore, sliceCandles } from '../../contracts/candles.ts';
import { backtest } from '../../strategy/backtest.ts';
import { type PlayedBars, Simulation } from '../../strategy/simulation.ts';
import { BAR_MS } from './bars.ts';
import { setupArbitrary } from './setups.ts';

const cutsArbitrary = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 6 });

test('the result is the same however the range is cut, the state being written down and read in between', () => {
  fc.assert(
    fc.property(setupArbitrary, cutsArbitrary, (setup, cuts) => {
      const times = [...new Set(cuts)].sort((a, b) => a - b).map(bar => bar * BAR_MS);
      assert.deepEqual(playInPieces(setup, times), { ...backtest(setup) });
    }),
    { numRuns: 400 },
  );
});

test('bars may be fed one by one, with nothing before them', () => {
  fc.assert(
    fc.property(setupArbitrary, setup => {
      const times = Array.from({ length: 50 }, (_, bar) => bar * BAR_MS);
      assert.deepEqual(playInPieces(setup, times), { ...backtest(setup) });
    }),
    { numRuns: 100 },
  );
});

const COLUMNS = ['time', 'equity', 'cash', 'grossExposure'] as const;

/** Plays the range cut at the given times, each piece by a new simulation that has read the last one's state from JSON. */
function playInPieces(setup: BacktestSetup, times: readonly number[]): BacktestResult {
  const pieces: PlayedBars[] = [];
  const trades: Trade[] = [];
  let simulation = new Simulation(setup, null);
  let from = setup.fromTime;
  for (const to of [...times.filter(time => time > from), setup.toTime]) {
    const state = JSON.parse(JSON.stringify(simulation.state()));
    simulation = new Simulation(setup, null);
    simulation.restore(state);
    pieces.push(simulation.play(setup.markets.map(market => pieceOf(market, from, to))));
    trades.push(...simulation.takeTrades());
    from = to;
  }
  const last = simulation.finish();
  trades.push(...simulation.takeTrades());
  const columns = COLUMNS.map(name => [
    name,
    Float64Array.from(pieces.flatMap(({ time, lines }) => [...(name === 'time' ? time : lines[name])])),
  ]);
  const joined = Object.fromEntries(columns) as Record<(typeof COLUMNS)[number], Float64Array>;
  const end = joined.time.length - 1;
  joined.equity[end] = last.equity;
  joined.cash[end] = last.cash;
  joined.grossExposure[end] = last.grossExposure;
  return { ...joined, trades, ...simulation.totals(), initialCash: setup.initialCash };
}

/** Only the piece's own bars, counted from where they stand in the series. */
function pieceOf({ candles, signals }: BacktestSetup['markets'][number], fromTime: number, toTime: number) {
  const from = barsBefore(candles, fromTime);
  const to = Math.max(from, barsBefore(candles, toTime));
  const { confidence } = signals;
  return {
    candles: sliceCandles(candles, from, to),
    signals: {
      direction: signals.direction.slice(from, to),
      volatility: signals.volatility.slice(from, to),
      ...(confidence && { confidence: confidence.slice(from, to) }),
    },
    funding: null,
    from: 0,
    to: to - from,
    firstBar: from,
  };
}
