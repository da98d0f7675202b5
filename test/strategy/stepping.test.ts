import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BacktestResult, BacktestSetup, Trade } from '../../contracts/backtest.ts';
import { barsBefore } from '../../contracts/candles.ts';
import type { Fill } from '../../contracts/fill.ts';
import { backtest } from '../../strategy/backtest.ts';
import { decideClose, decideQuietly } from '../../strategy/decide-close.ts';
import { type PlayedBars, Simulation } from '../../strategy/simulation.ts';
import { near } from '../support/near.ts';
import { BAR_MS, candlesOf, LONG, marketOf, policyOf, setupOf, still } from './bars.ts';
import { ruledSetupArbitrary, setupArbitrary } from './setups.ts';

const BARS = 50;
const COLUMNS = ['time', 'equity', 'cash', 'grossExposure'] as const;

for (const [what, setups] of [
  ['a policy without rules', setupArbitrary],
  ['a policy with rules', ruledSetupArbitrary],
] as const) {
  test(`stepping from outside with ${what} is playing: match, decideClose, apply, and JSON between bars`, () => {
    fc.assert(
      fc.property(setups, setup => {
        assert.deepEqual(stepped(setup).result, { ...backtest(setup) });
      }),
      { numRuns: 300 },
    );
  });
}

test('an entry that is not applied is as if it had never been decided', () => {
  fc.assert(
    fc.property(setupArbitrary, setup => {
      const { result, fills } = stepped(setup, () => false);
      assert.deepEqual([result.trades, fills, result.turnover], [[], [], 0]);
    }),
    { numRuns: 50 },
  );
});

test('a close decided without its reasons is decided the same', () => {
  fc.assert(
    fc.property(ruledSetupArbitrary, setup => {
      const simulation = new Simulation(setup, null);
      for (let bar = 0; bar < BARS; bar++) {
        const piece = simulation.match(feedsOf(setup, bar), () => undefined);
        if (piece.time.length === 0) continue;
        const quiet = decideQuietly(simulation.closeInput());
        const told = decideClose(simulation.closeInput());
        assert.deepEqual(
          told.map(decision => ({ ...decision, rules: [] })),
          quiet,
        );
        for (const { symbol, intents } of quiet) simulation.apply(symbol, intents);
      }
    }),
    { numRuns: 100 },
  );
});

test('what leaves on demand leaves whole at its last close, and its entry is withdrawn', () => {
  const candles = candlesOf([still(100), still(100), [100, 105, 100, 104], still(104)]);
  const market = marketOf([], {}, { candles, signals: signalsOf(4) });
  const setup = setupOf([market], { policy: policyOf({ exits: { maxBars: 'none' } }) });
  const simulation = new Simulation(setup, null);
  const fills: Fill[] = [];
  simulation.play([{ ...market, from: 0, to: 3, firstBar: 0 }]);
  simulation.leave('BTCUSDT', fill => fills.push(fill));
  assert.deepEqual(
    fills.map(({ side, quantity, price, reason, positionRemaining }) => [
      side,
      quantity,
      price,
      reason,
      positionRemaining,
    ]),
    [['sell', 10, 104, 'end', 0]],
  );
  assert.equal(simulation.takeTrades().length, 1);
});

test('fills tell the whole story: position, cash and fees are their sums', () => {
  fc.assert(
    fc.property(ruledSetupArbitrary, setup => {
      const { fills, atEnd } = stepped(setup);
      let cash = setup.initialCash;
      const held = new Map<string, number>();
      for (const fill of fills) {
        const sign = fill.side === 'buy' ? 1 : -1;
        const inBase = fill.feeCurrency === 'base' ? fill.fee : 0;
        cash -= sign * fill.quantity * fill.price + (fill.feeCurrency === 'quote' ? fill.fee : 0);
        const position =
          (held.get(fill.symbol) ?? 0) + sign * fill.quantity - inBase - signOfDust(fill) * fill.dust;
        near(Math.abs(position), fill.positionRemaining, 1e-9 * Math.max(1, fill.quantity));
        held.set(fill.symbol, fill.positionRemaining === 0 ? 0 : position);
        if (fill.opens) assert.equal(fill.reason, 'entry');
        assert.equal(fill.target !== null, fill.reason === 'target');
        assert.ok(fill.orderRemaining >= 0 && fill.fee >= 0 && fill.price > 0);
      }
      const isFree = setup.policy.maxLeverage <= 1 && (setup.costs.fundingBpsPer8h ?? 0) === 0;
      if (isFree) near(cash, atEnd.cash, 1e-9 * setup.initialCash);
    }),
    { numRuns: 200 },
  );
});

/** Dust of a long is base that goes, of a short base that was owed. */
function signOfDust({ side }: Fill): number {
  return side === 'sell' ? 1 : -1;
}

interface Stepped {
  readonly result: BacktestResult;
  readonly fills: readonly Fill[];
  readonly atEnd: { readonly cash: number };
}

/** Of the bars that open at one time. */
function feedsOf({ markets, fromTime }: BacktestSetup, bar: number) {
  return markets.map(({ candles, signals, funding }) => {
    const from = barsBefore(candles, Math.max(fromTime, bar * BAR_MS));
    const to = Math.max(from, barsBefore(candles, (bar + 1) * BAR_MS));
    return { candles, signals, funding, from, to, firstBar: 0 };
  });
}

function signalsOf(bars: number) {
  const direction = new Int8Array(bars).fill(-1);
  direction[0] = LONG;
  return { direction, volatility: new Float64Array(bars).fill(10) };
}

/** Each bar by a simulation of its own that read the last one's state from JSON, told from outside what was decided. */
function stepped(setup: BacktestSetup, mayEnter: () => boolean = () => true): Stepped {
  const pieces: PlayedBars[] = [];
  const trades: Trade[] = [];
  const fills: Fill[] = [];
  let simulation = new Simulation(setup, null);
  for (let bar = 0; bar < BARS; bar++) {
    const state = JSON.parse(JSON.stringify(simulation.state()));
    simulation = new Simulation(setup, null);
    simulation.restore(state);
    const piece = simulation.match(feedsOf(setup, bar), fill => fills.push(fill));
    if (piece.time.length === 0) continue;
    pieces.push(piece);
    for (const { symbol, intents, blockedBy } of decideClose(simulation.closeInput())) {
      const applied = intents.filter(({ kind }) => kind !== 'enter' || mayEnter());
      simulation.apply(symbol, applied, blockedBy);
    }
    trades.push(...simulation.takeTrades());
  }
  const atEnd = { cash: pieces.at(-1)!.lines.cash[0] };
  const last = simulation.finish();
  trades.push(...simulation.takeTrades());
  const columns = COLUMNS.map(name => [
    name,
    Float64Array.from(pieces.flatMap(({ time, lines }) => [...(name === 'time' ? time : lines[name])])),
  ]);
  const joined = Object.fromEntries(columns) as Record<(typeof COLUMNS)[number], Float64Array>;
  const end = joined.time.length - 1;
  for (const name of ['equity', 'cash', 'grossExposure'] as const) joined[name][end] = last[name];
  const result = { ...joined, trades, ...simulation.totals(), initialCash: setup.initialCash };
  return { result, fills, atEnd };
}
