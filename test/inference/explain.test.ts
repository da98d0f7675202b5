import assert from 'node:assert/strict';
import test from 'node:test';
import { type ExplainedPrediction, explainedPredictionSchema } from '../../contracts/prediction.ts';
import { BTC, openServing, type Serving } from './fixtures.ts';

/** The document, as JSON carries it. */
async function explain({ predictor }: Serving): Promise<ExplainedPrediction> {
  return explainedPredictionSchema.parse(JSON.parse(JSON.stringify(await predictor.explain(BTC))));
}

test('an explained prediction is the prediction, with contributions that add up to its log odds', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add({ baseline: [50, 0, 1] }));
  const { explanation, ...prediction } = await explain(serving);
  const plain = await serving.predictor.predict(BTC);
  assert.deepEqual({ ...prediction, latency_ms: 0 }, { ...plain, latency_ms: 0 });
  assert.ok(explanation);
  assert.deepEqual(
    [explanation.method, explanation.score, explanation.direction, explanation.bars],
    ['tree-shap', 'log-odds', 'LONG', null],
  );
  const { LONG, SHORT, NO_TRADE } = prediction.probabilities;
  const logOdds = (Math.log(LONG / SHORT) + Math.log(LONG / NO_TRADE)) / 2;
  assert.ok(Math.abs(explanation.answer - logOdds) < 1e-6);
  const sum = explanation.features.reduce((total, { contribution }) => total + contribution, 0);
  assert.ok(Math.abs(explanation.base + sum - explanation.answer) < 1e-6);
  assert.ok(explanation.gap < 1e-4);
});

test('features stand in the order of what they did, with their value and what is usual', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add({ baseline: [50, 0.5, 1] }));
  const { features } = (await explain(serving)).explanation!;
  // The package's trees split by the first feature alone.
  assert.equal(features[0].feature, 'rsi_14');
  assert.notEqual(features[0].contribution, 0);
  assert.deepEqual(
    features.slice(1).map(({ feature, usual, contribution }) => [feature, usual, contribution]),
    [
      ['roc_10', 0.5, 0],
      ['volume_ratio_20', 1, 0],
    ],
  );
  assert.ok(features.every(({ value }) => typeof value === 'number'));
});

test('a package of an earlier version is explained as far as its file says how', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const { explanation, reasons } = await explain(serving);
  assert.deepEqual(reasons, []);
  assert.deepEqual(new Set(explanation!.features.map(({ usual }) => usual)), new Set([null]));
});

test('an answer that can’t be explained is given all the same, and says what to do', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add({ isWithoutCovers: true }));
  const { explanation, reasons, source } = await explain(serving);
  assert.deepEqual([explanation, source], [null, 'ML_PER_COIN_V1']);
  assert.match(reasons[0], /^not explained: MODEL_UNSUPPORTED: .*Train again\.$/);
});

test('a file that others made is explained along the path from what is usual', async t => {
  const serving = await openServing(t);
  const foreign = { isWithoutCovers: true, baseline: [0, 0, 0] };
  await serving.promote(await serving.add(foreign));
  const { explanation } = await explain(serving);
  assert.equal(explanation!.method, 'integrated-gradients');
  assert.ok(explanation!.gap <= 0.01);
  const high = await openServing(t);
  await high.promote(await high.add({ isWithoutCovers: true, baseline: [100, 0, 0] }));
  const other = (await explain(high)).explanation!;
  // The threshold is crossed on one of the two ways to the same window.
  assert.notEqual(explanation!.features[0].contribution, other.features[0].contribution);
});

test('where no model answers there is nothing to explain', async t => {
  const serving = await openServing(t);
  const { explanation, source, reasons } = await explain(serving);
  assert.deepEqual([explanation, source], [null, 'PROFESSIONAL_ANALYZER']);
  assert.match(reasons[0], /^CHAMPION_NONE/);
});

test('where the champion is broken the one before it answers, and is explained', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  await serving.promote(await serving.add({ isSenseless: true }));
  const { explanation, model_version, reasons } = await explain(serving);
  assert.deepEqual([model_version, explanation?.method], ['v1', 'tree-shap']);
  assert.match(reasons[0], /^v2: PREDICTION_INVALID/);
});

test('an answer is explained though its session had to leave the cache in between', async t => {
  const serving = await openServing(t, { cacheLimits: { models: 0, bytes: 0 } });
  await serving.promote(await serving.add());
  const { explanation, model_version } = await explain(serving);
  assert.deepEqual([model_version, explanation?.method], ['v1', 'tree-shap']);
});
