import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { readBooks } from '../../candles/ticks/book-file.ts';
import { buildTickBars } from '../../candles/ticks/tick-bars.ts';
import type { Trades } from '../../candles/ticks/ticks.ts';
import { readTrades } from '../../candles/ticks/trade-file.ts';
import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import { decideClasses } from '../../contracts/decision.ts';
import { explainedPredictionSchema } from '../../contracts/prediction.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import { type Series, seriesId } from '../../contracts/series.ts';
import { APPROVE, NO_TRADE, TASK_CLASSES } from '../../contracts/tasks.ts';
import { reversionSides } from '../../datasets/labels/sigma-reversion.ts';
import { loadRecipe } from '../../host/recipes.ts';
import { answerRows, featureColumns } from '../../inference/answer-bars.ts';
import { readPackage } from '../../inference/package.ts';
import { loadServingModel } from '../../inference/serving-model.ts';
import { randomIndex, seededRandom } from '../../statistics/random.ts';
import { move } from '../registry/fixtures.ts';
import { near } from '../support/near.ts';
import { trainInProcess } from '../support/pipeline.ts';
import { sampleRooms } from '../support/rooms.ts';
import { sharedData, withoutShared } from '../support/shared.ts';

const SERIES: Series = { venue: 'binance', symbol: 'BTCUSDT', timeframe: '1s' };
const START = 1_700_000_000_000;

/** In eleven minutes the recipe’s own validation block would hold two rows of one class. */
const SHORT = { split: { train: 0.5, validation: 0.2, test: 0.3 } };

/** The recipe as it is shipped, but for what a short recording asks for. */
async function recipeOf(minTestRows: number, changes: Record<string, unknown> = {}): Promise<Recipe> {
  return await loadRecipe('sigma-reversion', [], {
    'train.params': { rounds: 40, num_leaves: 7, min_data_in_leaf: 10, learning_rate: 0.1 },
    'gate.minTestRows': minTestRows,
    'gate.bootstrapDraws': 200,
    ...changes,
  });
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
  const card = await readFile(path('card.md'), 'utf8');
  return { rooms, version, meta, evidence, card, prediction };
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
  const bars = buildTickBars(trades, books);
  const recipe = await recipeOf(100, { 'labels.horizonBars': 20 });
  const { rooms, version, meta, evidence, card, prediction } = await train(t, bars, recipe);

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

  await t.test('the rules of its recipe speak of what it approves', () => {
    for (const name of ['auc', 'f1', 'approval-rate']) assert.equal(rules.get(name)?.required, true);
    assert.equal(rules.get('f1')?.threshold, 'F1 of APPROVE > 0.3');
    assert.equal(
      rules.get('approval-rate')?.numbers.acted,
      evidence.metrics.perClass.find(row => row.class === 'APPROVE')!.predicted,
    );
    const judged = evidence.rules.filter(({ required }) => required);
    assert.equal(
      evidence.eligible,
      judged.every(({ outcome }) => outcome === 'pass'),
    );
    assert.equal(
      evidence.stability!.months.reduce((sum, { rows }) => sum + rows, 0),
      evidence.metrics.rows,
    );
  });

  await t.test('its prediction approves or rejects the signal at the bar, with why', () => {
    const { approval, explanation, direction, probabilities, confidence } = prediction;
    assert.doesNotThrow(() => explainedPredictionSchema.parse(prediction));
    assert.equal(prediction.source, 'ML_PER_COIN_V1');
    const { answer, probability, signal } = approval!;
    assert.equal(signal, TASK_CLASSES.direction3[reversionSides(bars, labelsOf(recipe)).at(-1)!]);
    assert.equal(direction, answer === 'APPROVE' ? signal : 'NO_TRADE');
    assert.equal(confidence, probabilities[direction]);
    near(probabilities.NO_TRADE, 1 - probability, 1e-6);
    if (signal !== 'NO_TRADE') assert.equal(probabilities[signal], probability);
    assert.equal(explanation?.method, 'tree-shap');
    assert.deepEqual(explanation!.features.map(({ feature }) => feature).sort(), [
      'depth_ratio',
      'price_dist',
      'tick_ratio',
    ]);
  });

  await t.test(
    'bar by bar it says what the package decides of the whole, and acts in the signal’s direction',
    async () => {
      const model = await loadServingModel(rooms.artifacts, version);
      const rows = Int32Array.from({ length: 60 }, (_, i) => bars.close.length - 1 - 30 * i).sort();
      const answers = await answerRows(model, featureColumns(model, bars), rows);
      const decided = decideClasses('approve2', answers, meta.decision!);
      const sides = reversionSides(bars, labelsOf(recipe));
      const seen = new Set<string>();
      for (const [at, bar] of rows.entries()) {
        const { approval, direction } = await rooms.predictor.predictOn(SERIES, sliceBars(bars, 0, bar + 1));
        assert.equal(approval!.probability, answers[2 * at + APPROVE]);
        assert.equal(approval!.answer, TASK_CLASSES.approve2[decided[at]]);
        const acts = decided[at] === APPROVE ? sides[bar] : NO_TRADE;
        assert.equal(direction, TASK_CLASSES.direction3[acts]);
        seen.add(`${approval!.answer} ${approval!.signal}`);
      }
      assert.ok(seen.size >= 4, [...seen].join());
      await model.session.dispose();
    },
  );
});

test('recorded ticks go the whole way: imported, learnt by the shipped recipe, judged, served', {
  skip: withoutShared,
}, async t => {
  const folder = join(sharedData, 'ticks/binance-spot-BTCUSDT');
  const trades = await readTrades([join(folder, 'spot_BTCUSDT_trades.parquet')]);
  const books = await readBooks([join(folder, 'spot_BTCUSDT_book20_1s.parquet')]);
  const { evidence, prediction } = await train(t, buildTickBars(trades, books), await recipeOf(50, SHORT));
  assert.ok(evidence.metrics.rows >= 50);
  assert.equal(evidence.rules.find(({ rule }) => rule === 'parity')?.outcome, 'pass');
  assert.equal(evidence.rules.find(({ rule }) => rule === 'auc')?.required, true);
  assert.match(prediction.approval!.answer, /^(APPROVE|REJECT)$/);
  assert.equal(prediction.source, 'ML_PER_COIN_V1');
});

function labelsOf({ labels }: Recipe) {
  assert.equal(labels.kind, 'sigma-reversion');
  return labels as Extract<Recipe['labels'], { kind: 'sigma-reversion' }>;
}
