import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ClosedBar, Decide, MarketPrediction, PortfolioView } from '../../contracts/intents.ts';
import { AS_LABELLED } from '../../contracts/policy.ts';
import { loadOwnStrategy } from '../../strategy/own/own-strategy.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const LONG: MarketPrediction = { direction: 'LONG', confidence: 0.6 };
const FLAT: PortfolioView = {
  cash: 10_000,
  equity: 10_000,
  grossExposure: 0,
  position: null,
  pendingEntry: null,
  otherPositions: 0,
};

function closedBar(changes: Partial<ClosedBar> = {}): ClosedBar {
  const closes = Float64Array.from({ length: 120 }, (_, i) => 100 + i);
  return {
    market: {
      symbol: 'BTCUSD',
      kind: 'spot',
      labels: { kind: 'triple-barrier', horizonBars: 24, upAtr: 2, downAtr: 2 },
      rules: null,
    },
    bar: 119,
    openTime: Date.UTC(2024, 0, 1),
    open: 218,
    high: 220,
    low: 217,
    close: 219,
    volume: 10,
    volatility: 2,
    recent: (_, bars) => closes.slice(-bars),
    ...changes,
  };
}

async function strategyOf(t: TestContext, source: string, name = 'mine.ts') {
  const file = join(await temporaryHome(t), name);
  await writeFile(file, source);
  return { file, loaded: () => loadOwnStrategy(file) };
}

async function decideOf(t: TestContext, body: string): Promise<Decide> {
  const { loaded } = await strategyOf(
    t,
    `export function decide(prediction, portfolio, policy, bar) { ${body} }`,
    'mine.js',
  );
  return (await loaded()).decide;
}

test('a file’s decide runs, exported by name or as default, with the hash of its bytes', async t => {
  for (const source of [
    'export const decide: unknown = () => [{ kind: "exit" }];',
    'export default () => [{ kind: "exit" }];',
  ]) {
    const { loaded } = await strategyOf(t, source);
    const { decide, contentHash } = await loaded();
    assert.deepEqual(decide(LONG, FLAT, AS_LABELLED, closedBar()), [{ kind: 'exit' }]);
    assert.equal(contentHash, createHash('sha256').update(source).digest('hex'));
  }
});

test('run anew, the same bytes remember nothing', async t => {
  const { loaded } = await strategyOf(
    t,
    'let asked = 0; export const decide = () => (++asked > 2 ? [{ kind: "exit" }] : []);',
  );
  const strategy = await loaded();
  const ask = (decide: Decide) => decide(LONG, FLAT, AS_LABELLED, closedBar()).length;
  assert.deepEqual(
    [1, 2, 3].map(() => ask(strategy.decide)),
    [0, 0, 1],
  );
  assert.equal(ask(await strategy.anew()), 0);
  assert.equal(ask(await strategy.anew()), 0);
  assert.equal(ask(strategy.decide), 1);
});

test('what it is given can’t be written to, however deep', async t => {
  const attempts = [
    'prediction.direction = "SHORT"',
    'portfolio.cash = 1e9',
    'policy.exits.stop = null',
    'policy.sizing.fraction = 9',
    'bar.close = 0',
    'bar.market.labels.upAtr = 9',
    'bar.market.kind = "swap"',
  ];
  for (const attempt of attempts) {
    const decide = await decideOf(t, `${attempt}; return [];`);
    assert.throws(() => decide(LONG, FLAT, AS_LABELLED, closedBar()), {
      code: 'STRATEGY_INVALID',
      message:
        /mine\.js: decide failed at the close of BTCUSD’s bar of 2024-01-01T00:00:00\.000Z: Cannot assign/,
    });
  }
  assert.equal(AS_LABELLED.sizing.fraction, 1);
});

test('what throws, or answers with no list, is named with its bar', async t => {
  const answers = [
    ['throw new Error("no luck")', /decide failed at .*: no luck/],
    ['return null', /must answer with a list of intents.*answered with null/],
    ['return Promise.resolve([])', /answered with a promise/],
    ['return { kind: "exit" }', /answered with \{ kind: 'exit' \}/],
  ] as const;
  for (const [body, message] of answers) {
    const decide = await decideOf(t, body);
    assert.throws(
      () => decide(LONG, FLAT, AS_LABELLED, closedBar()),
      error => {
        const { code, details, message: said } = error as { code: string; details: object; message: string };
        assert.equal(code, 'STRATEGY_INVALID');
        assert.match(said, message);
        assert.partialDeepStrictEqual(details, {
          symbol: 'BTCUSD',
          bar: 119,
          openTime: Date.UTC(2024, 0, 1),
        });
        return true;
      },
    );
  }
});

test('what is no strategy is refused with what would be one', async t => {
  const refused = [
    ['export const other = 1;', /expected a function that is exported as decide/],
    ['export const decide = 3;', /got 3/],
    [
      'import { x } from "./other.ts"; export const decide = x;',
      /it imports \.\/other\.ts; a strategy’s file stands alone/,
    ],
    ['export const decide = (', /can’t be loaded/],
    ['throw new Error("at once");', /can’t be loaded: at once/],
  ] as const;
  for (const [source, message] of refused) {
    const { loaded } = await strategyOf(t, source);
    await assert.rejects(loaded(), { code: 'STRATEGY_INVALID', message }, source);
  }
  const { file, loaded } = await strategyOf(t, 'x', 'mine.yaml');
  await assert.rejects(loaded(), { code: 'STRATEGY_INVALID', message: /ends in \.ts/ });
  await assert.rejects(loadOwnStrategy(`${file}.ts`), { code: 'STRATEGY_INVALID', message: /is not there/ });
});

test('the example takes the model’s side with the trend, risks a hundredth, and leaves when the model turns', async () => {
  const { decide } = await loadOwnStrategy(join(import.meta.dirname, '../../strategy/own/example.ts'));
  const ask = (
    prediction: MarketPrediction,
    portfolio: Partial<PortfolioView> = {},
    bar: Partial<ClosedBar> = {},
  ) => decide(prediction, { ...FLAT, ...portfolio }, AS_LABELLED, closedBar(bar));
  const [entry] = ask(LONG);
  assert.ok(entry.kind === 'enter');
  assert.equal(entry.side, 'LONG');
  assert.equal(entry.quantity * 2.5 * 2, 100, 'a hundredth of the equity is lost at the stop');
  assert.deepEqual(ask({ direction: 'NO_TRADE', confidence: 0.9 }), []);
  assert.deepEqual(ask({ direction: null, confidence: 0 }), []);
  assert.deepEqual(ask({ direction: 'SHORT', confidence: 0.9 }), [], 'the trend is up');
  assert.deepEqual(ask(LONG, {}, { volatility: Number.NaN }), []);
  assert.deepEqual(
    ask(LONG, {}, { recent: () => new Float64Array(20) }),
    [],
    'too few bars to know the trend',
  );
  const down = { close: 90 };
  assert.deepEqual(ask({ direction: 'SHORT', confidence: 0.9 }, {}, down), [], 'spot can’t be sold short');
  const swap = { ...down, market: { ...closedBar().market, kind: 'swap' as const } };
  assert.equal(ask({ direction: 'SHORT', confidence: 0.9 }, {}, swap).length, 1);
  const position = {
    side: 'LONG' as const,
    quantity: 1,
    entryPrice: 200,
    entryBar: 100,
    openPnl: 19,
    stop: 190,
    leaving: false,
  };
  assert.deepEqual(ask({ direction: 'SHORT', confidence: 0.9 }, { position }), [{ kind: 'exit' }]);
  assert.deepEqual(ask(LONG, { position }), []);
});
