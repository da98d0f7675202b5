import assert from 'node:assert/strict';
import test from 'node:test';
import { SAMPLE } from '../../candles/sample/index.ts';
import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { TASK_CLASSES } from '../../contracts/tasks.ts';
import { loadRecipe } from '../../host/recipes.ts';
import type { AnsweringModel } from '../../inference/answer-bars.ts';
import { loadServingModel } from '../../inference/serving-model.ts';
import { versionSignals } from '../../inference/version-signals.ts';
import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { move } from '../registry/fixtures.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';
import { BARS, openServing } from './fixtures.ts';

const SERIES = seriesId(SAMPLE.series);
const DAY_MS = 86_400_000;
const CHEAP = { 'train.params.rounds': 30 };

/** Bars of [from, to), evenly spread, both ends among them. */
function sampled(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(from + (i * (to - 1 - from)) / (count - 1)));
}

for (const [name, overrides] of [
  ['trees', CHEAP],
  ['a net that looks at many bars', { 'train.params.epochs': 1, 'train.params.patience': 1 }],
] as const) {
  test(`${name} say at every bar what predict says there: warm-up, thresholds, age`, async t => {
    const rooms = await sampleRooms(t);
    const recipe = {
      ...(await loadRecipe(name === 'trees' ? 'gbdt-core15' : 'gru-core15', [], overrides)),
      maxModelAgeDays: 30,
    };
    const asOf = Date.parse('2019-05-01T00:00Z');
    const { registered } = await trainInProcess(rooms, SAMPLE.series, recipe, asOf);
    await rooms.registry.moveChampion(move('promote', registered.version, { series: SERIES }));
    const version = await rooms.registry.get(SERIES, registered.version);
    const model = await loadServingModel(rooms.artifacts, version);
    t.after(() => model.session.dispose());
    assert.notEqual(model.meta.decision?.thresholds ?? null, null, 'its rule is not the likeliest class');

    const { anchorTime } = await rooms.candles.describe(SAMPLE.series);
    const bars = await rooms.candles.read(SAMPLE.series, { from: anchorTime });
    const count = bars.openTime.length;
    const { signals, counts } = await versionSignals(model, {
      bars,
      fromBar: 0,
      toBar: count,
      ignoreAge: false,
    });
    assert.equal(counts.long + counts.short + counts.noTrade + counts.unanswered + counts.expired, count);
    assert.ok(counts.expired > 0 && counts.unanswered > 0 && counts.long > 0 && counts.short > 0);

    const lastBar = bars.openTime.indexOf(version.dataToTime);
    const asked = [...sampled(0, 80, 14), ...sampled(80, lastBar, 8), ...sampled(lastBar, lastBar + 740, 12)];
    let held = 0;
    for (const bar of asked) {
      const prediction = await rooms.predictor.predictOn(SAMPLE.series, sliceBars(bars, 0, bar + 1));
      if (prediction.source !== 'ML_PER_COIN_V1') {
        held++;
        assert.equal(signals.direction[bar], -1, `bar ${bar}: ${prediction.reasons}`);
        continue;
      }
      assert.equal(TASK_CLASSES.direction3[signals.direction[bar]], prediction.direction, `bar ${bar}`);
      assert.equal(signals.confidence![bar], prediction.confidence, `bar ${bar}`);
    }
    assert.ok(held > 2 && held < asked.length / 2);
  });
}

test('a model that approves takes each signal in its own direction, as predict says at every bar', async t => {
  const rooms = await sampleRooms(t);
  const series: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1s' };
  const bars = waveringSeconds(4_000);
  await rooms.candles.append(series, bars, { kind: 'spot', source: 'test' });
  const recipe = await loadRecipe('sigma-reversion', [], {
    'labels.horizonBars': 20,
    'train.params': { rounds: 30, num_leaves: 7, min_data_in_leaf: 10, learning_rate: 0.1 },
    'gate.minTestRows': 100,
  });
  const { registered } = await trainInProcess(rooms, series, recipe);
  const id = seriesId(series);
  await rooms.registry.moveChampion(move('promote', registered.version, { series: id }));
  const model = await loadServingModel(rooms.artifacts, await rooms.registry.get(id, registered.version));
  t.after(() => model.session.dispose());
  const stored = await rooms.candles.read(series);
  const { signals, counts } = await versionSignals(model, {
    bars: stored,
    fromBar: 0,
    toBar: stored.close.length,
    ignoreAge: false,
  });
  assert.ok(counts.long > 50 && counts.short > 50 && counts.noTrade > 50, JSON.stringify(counts));
  for (const bar of sampled(0, 4_000, 40)) {
    const { source, direction, confidence } = await rooms.predictor.predictOn(
      series,
      sliceBars(stored, 0, bar + 1),
    );
    if (source !== 'ML_PER_COIN_V1') {
      assert.equal(signals.direction[bar], -1, `bar ${bar}`);
      continue;
    }
    assert.equal(TASK_CLASSES.direction3[signals.direction[bar]], direction, `bar ${bar}`);
    assert.equal(signals.confidence![bar], confidence, `bar ${bar}`);
  }
});

/** Seconds around a mean: in calm minutes the price comes back to it soon, in others it stays where it went. */
function waveringSeconds(seconds: number): MarketBars {
  const random = seededRandom(11);
  let distance = 0;
  const close = Float64Array.from({ length: seconds }, (_, second) => {
    const pull = Math.floor(second / 600) % 2 === 0 ? 0.15 : 0.005;
    distance += -pull * distance + (randomIndex(random, 2_001) - 1_000) / 300;
    return 60_000 + Math.round(100 * distance) / 100;
  });
  const column = (value: (second: number) => number) => Float64Array.from(close.keys(), value);
  return {
    openTime: column(second => 1_700_000_000_000 + 1_000 * second),
    open: close,
    high: close,
    low: close,
    close,
    volume: column(() => 1),
    upTicks: column(second => second % 5),
    downTicks: column(second => (second + 2) % 4),
    bidDepth: column(second => 5 + (second % 7)),
    askDepth: column(() => 8),
  };
}

test('a bar whose inputs are missing says nothing, as serving holds; what was missing in training may be', async t => {
  const holed: MarketBars = { ...BARS, volume: BARS.volume.slice().fill(0, 300, 340) };
  const serving = await openServing(t, { candles: holed });
  const request = { bars: holed, fromBar: 0, toBar: BARS.close.length, ignoreAge: true };
  const directions = async (changes: Parameters<typeof serving.add>[0]) => {
    const model: AnsweringModel = await loadServingModel(serving.artifacts, await serving.add(changes));
    t.after(() => model.session.dispose());
    return (await versionSignals(model, request)).signals.direction;
  };
  const strict = await directions({ maxFillBars: 0 });
  const lenient = await directions({ maxFillBars: 0, missingInTraining: ['volume_ratio_20'] });
  assert.equal(strict[330], -1);
  assert.notEqual(strict[299], -1);
  assert.notEqual(lenient[330], -1);
});

test('a bar at which the leader has none says nothing, whatever the features would give', async t => {
  const serving = await openServing(t);
  const model = await loadServingModel(serving.artifacts, await serving.add());
  t.after(() => model.session.dispose());
  const { recipe } = model.meta;
  const led: AnsweringModel = {
    ...model,
    meta: {
      ...model.meta,
      recipe: { ...recipe, features: { ...recipe.features, leader: 'coinbase:ETHUSD' } },
    },
  };
  const bars: MarketBars = { ...BARS, leaderClose: BARS.close.slice().fill(Number.NaN, 300, 310) };
  const { signals } = await versionSignals(led, {
    bars,
    fromBar: 100,
    toBar: bars.close.length,
    ignoreAge: true,
  });
  const silent = [...signals.direction.keys()].filter(bar => bar >= 100 && signals.direction[bar] === -1);
  assert.deepEqual(
    silent,
    Array.from({ length: 10 }, (_, at) => 300 + at),
  );
});

test('an old model holds where its age has passed, unless it is told to go on', async t => {
  const serving = await openServing(t);
  const [first] = BARS.openTime;
  const model = await loadServingModel(serving.artifacts, await serving.add({ lastTime: first }));
  t.after(() => model.session.dispose());
  assert.equal(model.meta.recipe.maxModelAgeDays, 10);
  const all = { bars: BARS, fromBar: 0, toBar: BARS.close.length };
  const { signals, counts } = await versionSignals(model, { ...all, ignoreAge: false });
  assert.equal(counts.expired, BARS.openTime.filter(time => time > first + 10 * DAY_MS).length);
  assert.ok(counts.expired > 100);
  assert.ok(signals.direction.subarray(-counts.expired).every(direction => direction === -1));
  assert.equal((await versionSignals(model, { ...all, ignoreAge: true })).counts.expired, 0);
});
