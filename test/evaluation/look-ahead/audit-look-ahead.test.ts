import assert from 'node:assert/strict';
import test from 'node:test';
import type { MarketBars } from '../../../contracts/candles.ts';
import type { Decide } from '../../../contracts/intents.ts';
import { describeLookAhead, faultOf } from '../../../evaluation/look-ahead/report.ts';
import { mapColumns } from '../../../features/audit/runs.ts';
import { CATALOG } from '../../../features/catalog/index.ts';
import type { AnsweringModel } from '../../../inference/answer-bars.ts';
import { decide } from '../../../strategy/decide.ts';
import { ownColumn } from '../../features/leaks.ts';
import { goldenBars } from '../../support/candles.ts';
import { audit, BARS, modelWith } from './fixtures.ts';

const SOUND = CATALOG.find('volume_ratio_20');

test('a sound chain keeps every value, and the report says how much was compared', async t => {
  const report = await audit({ model: await modelWith(t, SOUND, 1) });
  assert.deepEqual(report.findings, []);
  assert.equal(faultOf(report), null);
  assert.equal(report.askedBars, 400);
  assert.ok(report.compared.features > 3 * 6 * 2_600);
  assert.ok(report.compared.answers > 400 && report.compared.decisions > 400);
  assert.deepEqual(await audit({ model: await modelWith(t, SOUND, 1) }), report);
});

test('decisions are compared where the model trades, not where nothing is decided', async t => {
  let entered = 0;
  const counting: Decide = (...given) => {
    const intents = decide(...given);
    entered += intents.filter(({ kind }) => kind === 'enter').length;
    return intents;
  };
  await audit({ model: await modelWith(t, SOUND, 1), startDecide: async () => counting });
  assert.ok(entered > 50);
});

for (const [name, column] of [
  ['the next close', ({ close }) => close.map((price, i) => (close[i + 1] ?? price) / price - 1)],
  [
    'a mean of all bars',
    ({ close }) => {
      const mean = close.reduce((sum, price) => sum + price, 0) / close.length;
      return close.map(price => price / mean - 1);
    },
  ],
  ['a bar far ahead', ({ high }) => high.map((price, i) => (high[i + 40] ?? price) / price - 1)],
] satisfies [string, Parameters<typeof ownColumn>[0]][])
  test(`a recipe with a feature that reads ${name} is caught, with the feature and the bar`, async t => {
    const report = await audit({ model: await modelWith(t, ownColumn(column), 0) });
    assert.equal(faultOf(report), 'FEATURE_LEAKS');
    const [first] = report.findings;
    assert.deepEqual([first.part, first.name], ['feature', 'mine']);
    assert.ok(first.bar <= first.lastBar);
    assert.equal(first.openTime, BARS.openTime[first.bar]);
    assert.notEqual(first.known, first.otherwise);
    assert.match(
      describeLookAhead(first),
      /^feature mine at bar \d+ of 20\d\d-.* was .*, and is .* where the bars after it/,
    );
    assert.ok(
      report.findings.some(({ part }) => part === 'decision'),
      'what was decided by it is told too',
    );
  });

test('a leader that is joined bar by bar changes nothing; one that is read ahead is caught', async t => {
  const { leaderClose, ...rest } = goldenBars();
  const leader = { ...rest, close: leaderClose };
  const led = ({ meta, ...model }: AnsweringModel): AnsweringModel => {
    const features = { ...meta.recipe.features, leader: 'binance:BTCUSDT' };
    return { ...model, meta: { ...meta, recipe: { ...meta.recipe, features } } };
  };
  const sound = led(await modelWith(t, CATALOG.find('leader_return_1'), 0));
  assert.deepEqual((await audit({ model: sound }, {}, leader)).findings, []);
  const gaps = withoutRows(leader, row => row % 7 === 0);
  assert.deepEqual((await audit({ model: sound }, { cuts: 20 }, gaps)).findings, []);
  const ahead = ownColumn(
    ({ leaderClose: close }) => close.map((price, i) => (close[i + 2] ?? price) / price),
    {
      inputs: ['leaderClose'],
    },
  );
  const report = await audit({ model: led(await modelWith(t, ahead, 1)) }, {}, leader);
  assert.equal(faultOf(report), 'FEATURE_LEAKS');
});

test('a model whose answer to a row leans on the other rows is caught', async t => {
  const model = await modelWith(t, SOUND, 1);
  const session: AnsweringModel['session'] = {
    ...model.session,
    async run(x, batch) {
      const answers = await model.session.run(x, batch);
      const share = 0.01 / batch;
      return answers.map((value, at) => value + (at % 3 === 0 ? share : -share / 2));
    },
  };
  const report = await audit({ model: { ...model, session } });
  assert.equal(faultOf(report), 'STRATEGY_LEAKS');
  assert.equal(report.findings[0].part, 'probability');
});

test('a strategy that acts by chance is caught on the same bars', async () => {
  const random: Decide = (_prediction, { position }, _policy, bar) =>
    position || Math.random() < 0.5 ? [] : [entryAt(bar.close)];
  const report = await audit({ model: null, startDecide: async () => random });
  assert.equal(faultOf(report), 'STRATEGY_LEAKS');
  const [{ part, future, known, otherwise }] = report.findings;
  assert.deepEqual([part, future], ['decision', 'again']);
  assert.ok([known, otherwise].some(intents => intents.includes('"enter"')));
});

test('a strategy that remembers later bars of an earlier run is caught', async () => {
  const seen = new Map<number, number>();
  const remembering: Decide = (_prediction, { position }, _policy, bar) => {
    seen.set(bar.bar, bar.close);
    const next = seen.get(bar.bar + 1) ?? 0;
    return position === null && next > bar.close ? [entryAt(bar.close)] : [];
  };
  const report = await audit({ model: null, startDecide: async () => remembering });
  assert.equal(faultOf(report), 'STRATEGY_LEAKS');
});

test('a strategy that looks behind what it was handed finds no later bar there', async () => {
  const peeking: Decide = (_prediction, { position }, _policy, bar) => {
    const known = bar.recent('close', 5);
    const behind = new Float64Array(known.buffer);
    const next = behind[known.byteOffset / 8 + known.length];
    return position === null && next > bar.close ? [entryAt(bar.close)] : [];
  };
  const report = await audit({ model: null, startDecide: async () => peeking });
  assert.deepEqual(report.findings, []);
});

function entryAt(close: number) {
  return {
    kind: 'enter',
    side: 'LONG',
    quantity: 1_000 / close,
    order: { kind: 'market' },
    exits: { stop: { unit: 'percent', value: 2 }, targets: [], trailing: null, maxBars: 5 },
  } as const;
}

function withoutRows(bars: MarketBars, isLeftOut: (row: number) => boolean): MarketBars {
  return mapColumns(bars, column => column.filter((_, row) => !isLeftOut(row)));
}
