import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { readBooks } from '../../candles/ticks/book-file.ts';
import { buildTickBars } from '../../candles/ticks/tick-bars.ts';
import type { Trades } from '../../candles/ticks/ticks.ts';
import { readTrades } from '../../candles/ticks/trade-file.ts';
import type { MarketBars } from '../../contracts/candles.ts';
import { parseRecipe, type Recipe } from '../../contracts/recipe.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { readPackage } from '../../inference/package.ts';
import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { move } from '../registry/fixtures.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';
import { sharedData, withoutShared } from '../support/shared.ts';

const SERIES: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1s' };
const START = 1_700_000_000_000;

function recipeOf(labels: object, minTestRows: number): Recipe {
  return parseRecipe(
    {
      name: 'veto-tick3',
      task: 'approve2',
      features: { names: ['tick_ratio', 'depth_ratio', 'price_dist'] },
      labels: { kind: 'sigma-reversion', ...labels },
      split: { train: 0.5, validation: 0.2, test: 0.3 },
      train: {
        estimator: 'lightgbm',
        params: { rounds: 40, num_leaves: 7, min_data_in_leaf: 10, learning_rate: 0.1 },
      },
      gate: { minTestRows, bootstrapDraws: 200 },
    },
    'test',
  );
}

/** Trains, promotes and asks for a prediction, as a series of its own. */
async function train(t: test.TestContext, bars: MarketBars, recipe: Recipe) {
  const rooms = await sampleRooms(t);
  await rooms.candles.append(SERIES, bars, { kind: 'spot', source: 'test' });
  const { registered } = await trainInProcess(rooms, SERIES, recipe);
  const id = seriesId(SERIES);
  const version = await rooms.registry.get(id, registered.version);
  const { meta, evidence } = await readPackage(rooms.artifacts, version);
  const { path } = await rooms.artifacts.load(version.package);
  await rooms.registry.moveChampion(move('promote', version.version, { series: id }));
  const prediction = await rooms.predictor.explain(SERIES);
  return { meta, evidence, card: await readFile(path('card.md'), 'utf8'), prediction };
}

/** Two trades a second around a mean; in calm minutes the price comes back to it soon, in others it stays where it went. */
function waveringTrades(seconds: number): Trades {
  const random = seededRandom(11);
  const noise = () => (randomIndex(random, 2_001) - 1_000) / 1_000;
  const rows = 2 * seconds + 1;
  const price = new Float64Array(rows);
  let distance = 0;
  for (let row = 0; row < rows; row++) {
    const pull = Math.floor(row / 1_200) % 2 === 0 ? 0.15 : 0.005;
    distance += -pull * distance + 3 * noise();
    price[row] = Math.round(100 * (60_000 + distance)) / 100;
  }
  return {
    time: Float64Array.from({ length: rows }, (_, row) => START + 500 * row),
    price,
    quantity: new Float64Array(rows).fill(0.1),
    id: null,
  };
}

test('a veto on signals is trained on ticks, judged, and put into a package of its own words', async t => {
  const trades = waveringTrades(4_000);
  const times = trades.time.filter((_, row) => row % 2 === 0);
  const bidDepth = times.map((_, second) => 5 + (second % 7));
  const books = { time: times, bidDepth, askDepth: times.map(() => 8) };
  const recipe = recipeOf({ horizonBars: 20, windowBars: 60 }, 100);
  const { meta, evidence, card, prediction } = await train(t, buildTickBars(trades, books), recipe);

  assert.deepEqual(meta.classes, ['REJECT', 'APPROVE']);
  assert.deepEqual(evidence.classes, ['REJECT', 'APPROVE']);
  const rules = new Map(evidence.rules.map(rule => [rule.rule, rule]));
  assert.equal(rules.get('parity')?.outcome, 'pass');
  assert.equal(rules.get('enough-evidence')?.threshold, 'rows >= 100');
  assert.deepEqual(Object.keys(rules.get('trade-recall')!.numbers), ['recallREJECT', 'recallAPPROVE']);
  assert.notEqual(evidence.metrics.directionalAuc, null);
  assert.equal(evidence.permutationImportance?.features.length, 3);
  assert.equal(evidence.attributions?.method, 'tree-shap');
  assert.ok(evidence.attributions!.largestGap < 1e-3);

  assert.match(card, /^A veto on signals of others.* for BTCUSDT .* by the estimator lightgbm\./m);
  assert.match(card, /AUC of APPROVE against REJECT/);
  assert.doesNotMatch(card, /LONG against SHORT|undefined|NaN|null/);

  await t.test('it gives no prediction of its own, and so nothing to explain', () => {
    assert.deepEqual([prediction.source, prediction.explanation], ['HOLD', null]);
    assert.match(prediction.reasons[0], /it approves or rejects the signals of others/);
  });
});

test('recorded ticks are learnt by the default signals', { skip: withoutShared }, async t => {
  const folder = join(sharedData, 'ticks/binance-spot-BTCUSDT');
  const trades = await readTrades([join(folder, 'spot_BTCUSDT_trades.parquet')]);
  const books = await readBooks([join(folder, 'spot_BTCUSDT_book20_1s.parquet')]);
  const recipe = recipeOf({}, 50);
  const { evidence } = await train(t, buildTickBars(trades, books), recipe);
  assert.ok(evidence.metrics.rows >= 50);
  assert.equal(evidence.rules.find(({ rule }) => rule === 'parity')?.outcome, 'pass');
});
