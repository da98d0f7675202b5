import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { BacktestSetup } from '../../contracts/backtest.ts';
import type { Decide } from '../../contracts/intents.ts';
import { policySchema } from '../../contracts/policy.ts';
import { backtest } from '../../strategy/backtest.ts';
import { decide as builtIn } from '../../strategy/decide.ts';
import { playOwnStrategy } from '../../strategy/own/audited-play.ts';
import type { OwnStrategy } from '../../strategy/own/own-strategy.ts';
import { BAR_MS } from './bars.ts';
import { setupArbitrary } from './setups.ts';

/** As a file that is run anew each time. */
function strategyOf(run: () => Decide): OwnStrategy {
  return { file: 'mine.ts', contentHash: '', decide: run(), anew: async () => run() };
}

/** A wave of 300 bars on which a swap may be traded freely. */
function waves(): BacktestSetup {
  const rows = Array.from({ length: 300 }, (_, bar) => 100 + 10 * Math.sin(bar / 9));
  const column = (of: (price: number, bar: number) => number) => Float64Array.from(rows, of);
  return {
    markets: [
      {
        symbol: 'AAAUSD',
        kind: 'swap',
        candles: {
          openTime: column((_, bar) => bar * BAR_MS),
          open: column((_, bar) => rows[Math.max(0, bar - 1)]),
          high: column((price, bar) => Math.max(price, rows[Math.max(0, bar - 1)]) + 0.1),
          low: column((price, bar) => Math.min(price, rows[Math.max(0, bar - 1)]) - 0.1),
          close: column(price => price),
          volume: column(() => 1_000),
        },
        signals: { direction: new Int8Array(300).fill(-1), volatility: column(() => 1) },
        labels: { kind: 'triple-barrier', horizonBars: 8, upAtr: 2, downAtr: 2 },
        rules: null,
        funding: null,
      },
    ],
    policy: policySchema.parse({ name: 'test' }),
    costs: { feeBps: 0, halfSpreadBps: 0, slippageBps: 0 },
    initialCash: 1_000,
    fromTime: 0,
    toTime: Number.POSITIVE_INFINITY,
  };
}

const ENTER = {
  kind: 'enter',
  side: 'LONG',
  quantity: 1,
  order: { kind: 'market' },
  exits: { stop: null, targets: [], trailing: null, maxBars: 3 },
} as const;

test('a pure strategy passes, however it trades, and its result is that of playing it', async () => {
  let repeated = 0;
  await fc.assert(
    fc.asyncProperty(setupArbitrary, async setup => {
      const played = await playOwnStrategy(
        setup,
        strategyOf(() => builtIn),
        3,
      );
      repeated += played.audit.repeated;
      const { trades, equity, costs, refused } = backtest(setup, builtIn);
      assert.deepEqual([...played.result.trades], [...trades]);
      assert.deepEqual(
        [played.result.equity, played.result.costs, played.result.refused],
        [equity, costs, refused],
      );
    }),
    { numRuns: 200 },
  );
  assert.ok(repeated > 500, `${repeated} decisions were asked for again`);
});

test('cuts are told as they were made: fewer where the range has fewer bars', async () => {
  const setup = waves();
  const whole = await playOwnStrategy(
    setup,
    strategyOf(() => builtIn),
    5,
  );
  assert.equal(whole.audit.cuts, 5);
  const short = { ...setup, toTime: 3 * BAR_MS };
  assert.equal(
    (
      await playOwnStrategy(
        short,
        strategyOf(() => builtIn),
        5,
      )
    ).audit.cuts,
    2,
  );
});

const impure: [string, () => Decide][] = [
  [
    'counts its questions',
    () => {
      let asked = 0;
      return (_, { position }) => (++asked % 40 === 0 && position === null ? [ENTER] : []);
    },
  ],
  [
    'waits after an exit that it remembers',
    () => {
      let lastHeld = -100;
      return (_, { position }, __, { bar }) => {
        if (position !== null) lastHeld = bar;
        return position === null && bar - lastHeld > 5 ? [ENTER] : [];
      };
    },
  ],
  [
    'throws dice',
    () =>
      (_, { position }) =>
        position === null && Math.random() < 0.3 ? [ENTER] : [],
  ],
  [
    'looks at the clock',
    () =>
      (_, { position }) =>
        position === null ? [{ ...ENTER, quantity: 1 + (performance.now() % 1) / 2 }] : [],
  ],
];
for (const [what, run] of impure) {
  test(`a strategy that ${what} is refused with the bar and both answers`, async () => {
    await assert.rejects(playOwnStrategy(waves(), strategyOf(run), 5), {
      code: 'STRATEGY_INVALID',
      message:
        /^mine\.ts: decide is not pure: at AAAUSD’s bar of 1970-.* it answered .*, and run anew with the same arguments /,
    });
  });
}

test('a strategy that knows an earlier play is refused where a cut changes its decision', async () => {
  const known = new Map<number, number>();
  const peeking: Decide = (_, { position }, __, { openTime, close }) => {
    known.set(openTime, close);
    const later = known.get(openTime + 4 * BAR_MS) ?? 0;
    return position === null && later > close ? [ENTER] : [];
  };
  await assert.rejects(
    playOwnStrategy(
      waves(),
      strategyOf(() => peeking),
      5,
    ),
    error => {
      const { code, message, details } = error as { code: string; message: string; details: object };
      assert.equal(code, 'STRATEGY_LEAKS');
      assert.match(
        message,
        /it decided \[\], and \[\{"kind":"enter".* where the bars end at .*it knows what comes later/,
      );
      assert.partialDeepStrictEqual(details, { symbol: 'AAAUSD', whole: '[]' });
      return true;
    },
  );
});
