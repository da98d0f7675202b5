import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import { type Prediction, type PredictionSource, predictionSchema } from '../../contracts/prediction.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { VersionRecord } from '../../registry/registry.ts';
import { move } from '../registry/fixtures.ts';
import { BARS, BTC, LAST_BAR, openServing, type Serving } from './fixtures.ts';

const HOUR = TIMEFRAME_MS['1h'];
const DAY = 24 * HOUR;

/** The prediction, which must be the published document, as JSON carries it. */
async function predict({ predictor }: Serving, candles?: Candles): Promise<Prediction> {
  const prediction = await (candles ? predictor.predictOn(BTC, candles) : predictor.predict(BTC));
  predictionSchema.parse(JSON.parse(JSON.stringify(prediction)));
  return prediction;
}

/** Damages a package's file; again, it is whole as before. */
async function flipByte(serving: Serving, version: VersionRecord, file: string): Promise<void> {
  const path = join(serving.folderOf(version), file);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] ^= 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

/** A rule’s answer: nobody vouches for it. */
function assertRule(prediction: Prediction, by: PredictionSource): void {
  const { source, model_version, tradable, model_metrics, model_accuracy } = prediction;
  assert.deepEqual(
    { source, model_version, tradable, model_metrics, model_accuracy },
    { source: by, model_version: null, tradable: false, model_metrics: null, model_accuracy: null },
  );
}

function assertHold(prediction: Prediction): void {
  const { direction, confidence, probabilities, source, model_version, tradable } = prediction;
  assert.deepEqual(
    { direction, confidence, probabilities, source, model_version, tradable },
    {
      direction: 'NO_TRADE',
      confidence: 0,
      probabilities: { LONG: 0, SHORT: 0, NO_TRADE: 1 },
      source: 'HOLD',
      model_version: null,
      tradable: false,
    },
  );
}

test('a policy answers for a flat account, with the nominal return of its action; others give none', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  assert.equal((await predict(serving)).expected_return, undefined);
  const returns = { LONG: 0.002, NO_TRADE: 0, SHORT: -0.002 } as const;
  for (const leaning of ['LONG', 'NO_TRADE', 'SHORT'] as const) {
    const policy = await openServing(t);
    await policy.promote(await policy.add({ leaning, portfolio: ['side', 'unrealised_return'] }));
    const { direction, expected_return } = await predict(policy);
    assert.deepEqual([direction, expected_return], [leaning, returns[leaning]]);
  }
});

test('the champion’s answer tells direction, probabilities, levels, metrics and where it came from', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const prediction = await predict(serving);
  assert.equal(prediction.source, 'ML_PER_COIN_V1');
  assert.equal(prediction.model_version, 'v1');
  assert.deepEqual(prediction.reasons, []);
  assert.equal(prediction.direction, 'LONG');
  assert.equal(prediction.confidence, prediction.probabilities.LONG);
  const { LONG, SHORT, NO_TRADE } = prediction.probabilities;
  assert.ok(Math.abs(LONG + SHORT + NO_TRADE - 1) < 1e-6);
  assert.equal(prediction.tradable, true);
  assert.equal(prediction.entry, BARS.close.at(-1));
  assert.ok(prediction.take_profits.tp2 > prediction.entry && prediction.stop_loss < prediction.entry);
  assert.equal(prediction.tp_eta_minutes, 360);
  assert.deepEqual(prediction.model_metrics, {
    balanced_accuracy: 0.41,
    mcc: 0.07,
    directional_auc: null,
    accuracy: 0.5,
    majority_accuracy: 0.45,
  });
  assert.equal(prediction.model_accuracy, 0.41);
  assert.ok(prediction.latency_ms > 0);
});

for (const [leaning, side] of [
  ['LONG', 'LONG'],
  ['SHORT', 'SHORT'],
] as const) {
  test(`levels of a ${leaning} are for that side`, async t => {
    const serving = await openServing(t);
    await serving.promote(await serving.add({ leaning }));
    const { direction, levels_side, entry, stop_loss } = await predict(serving);
    assert.deepEqual([direction, levels_side], [leaning, side]);
    assert.ok(side === 'LONG' ? stop_loss < entry : stop_loss > entry);
  });
}

test('levels of a NO_TRADE are for the likelier side, and LONG where neither is', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add({ leaning: 'NO_TRADE' }));
  const { direction, levels_side, probabilities } = await predict(serving);
  assert.equal(direction, 'NO_TRADE');
  assert.equal(probabilities.LONG, probabilities.SHORT);
  assert.equal(levels_side, 'LONG');
});

test('a model of fixed-horizon labels stands its levels at the labels’ log return', async t => {
  const labels = { kind: 'fixed-horizon', horizonBars: 6, thresholdLogReturn: 0.01 };
  const serving = await openServing(t);
  await serving.promote(await serving.add({ labels }));
  const { entry, take_profits } = await predict(serving);
  assert.ok(Math.abs(Math.log(take_profits.tp2 / entry) - 0.01) < 1e-12);
});

test('a prediction is valid until the next bar closes, and stale from then on', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const { bar_time, valid_until, stale } = await predict(serving);
  assert.equal(Date.parse(bar_time), LAST_BAR);
  assert.equal(Date.parse(valid_until), LAST_BAR + 2 * HOUR);
  assert.equal(stale, false);
  serving.now = LAST_BAR + 2 * HOUR - 1;
  assert.equal((await predict(serving)).stale, false);
  serving.now += 1;
  const late = await predict(serving);
  assert.deepEqual([late.stale, late.source], [true, 'ML_PER_COIN_V1']);
});

test('without a champion the first rule answers, with levels and the reason', async t => {
  const serving = await openServing(t);
  await serving.add();
  const prediction = await predict(serving);
  assertRule(prediction, 'PROFESSIONAL_ANALYZER');
  assert.match(prediction.reasons.join(), /^CHAMPION_NONE: [^,]*$/);
  assert.equal(prediction.entry, BARS.close.at(-1));
  assert.deepEqual([prediction.model_metrics, prediction.model_accuracy], [null, null]);
});

test('HOLD has levels that are numbers from the first bar on', async t => {
  const serving = await openServing(t);
  for (const bars of [1, 2, 14, 15]) {
    const { take_profits, stop_loss } = await predict(serving, sliceCandles(BARS, 0, bars));
    assert.ok([stop_loss, ...Object.values(take_profits)].every(Number.isFinite), `${bars} bars`);
  }
});

test('too few bars for the champion’s features is HOLD with the features’ names', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const prediction = await predict(serving, sliceCandles(BARS, 0, 5));
  assertHold(prediction);
  assert.match(prediction.reasons.join(), /^v1: PREDICTION_INVALID: rsi_14, roc_10, volume_ratio_20 can’t/);
});

test('a feature that is missing now and never was in training leaves the word to a rule that does without: gaps of the market are no fault of the champion', async t => {
  const volume = BARS.volume.slice();
  volume.fill(0, volume.length - 40);
  const serving = await openServing(t, { candles: { ...BARS, volume } });
  await serving.promote(await serving.add({ missingInTraining: ['volume_ratio_20'] }));
  assert.equal((await predict(serving)).model_version, 'v1');
  await serving.promote(await serving.add());
  const prediction = await predict(serving);
  assertRule(prediction, 'RSI_MA');
  assert.match(prediction.reasons[0], /^v2: PREDICTION_INVALID: volume_ratio_20 /);
  assert.match(
    prediction.reasons[1],
    /^PROFESSIONAL_ANALYZER: PREDICTION_INVALID: chaikin_money_flow_20, obv_20 /,
  );
});

test('a champion older than its recipe allows falls through with MODEL_EXPIRED; on its last day it answers', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add({ lastTime: LAST_BAR - 10 * DAY }));
  assert.equal((await predict(serving)).model_version, 'v1');
  await serving.promote(await serving.add({ lastTime: LAST_BAR - 10 * DAY - 1 }));
  const prediction = await predict(serving);
  assertRule(prediction, 'PROFESSIONAL_ANALYZER');
  assert.match(prediction.reasons.join(), /^v2: MODEL_EXPIRED: .*10 days.*allows 10$/);
});

test('a champion whose package is damaged leaves the word to the champion before it, and gets it back restored', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const broken = await serving.add();
  await serving.promote(broken);
  for (const file of ['model.onnx', 'meta.json', 'metrics.json']) {
    await flipByte(serving, broken, file);
    const prediction = await predict(serving);
    assert.equal(prediction.model_version, 'v1');
    assert.equal(prediction.reasons.length, 1);
    assert.ok(prediction.reasons[0].startsWith('v2: ARTIFACT_CORRUPT: '), prediction.reasons[0]);
    assert.ok(prediction.reasons[0].includes(file), prediction.reasons[0]);
    await flipByte(serving, broken, file);
  }
  assert.equal((await predict(serving)).model_version, 'v2');
});

test('a champion that answers with no probabilities leaves the word to the champion before it', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  await serving.promote(await serving.add({ isSenseless: true }));
  const prediction = await predict(serving);
  assert.equal(prediction.model_version, 'v1');
  assert.match(prediction.reasons.join(), /^v2: PREDICTION_INVALID: The model answered with something other/);
});

test('where both champions are damaged the first rule answers, with both reasons', async t => {
  const serving = await openServing(t);
  const versions = [await serving.add(), await serving.add()];
  for (const version of versions) await serving.promote(version);
  for (const version of versions) await flipByte(serving, version, 'model.onnx');
  const prediction = await predict(serving);
  assertRule(prediction, 'PROFESSIONAL_ANALYZER');
  assert.deepEqual(
    prediction.reasons.map(reason => reason.slice(0, 21)),
    ['v2: ARTIFACT_CORRUPT:', 'v1: ARTIFACT_CORRUPT:'],
  );
});

test('a model of other formulas, or of features the engine does not know, is refused with the difference', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  await serving.promote(await serving.add({ schemaHash: '0'.repeat(64) }));
  const older = await predict(serving);
  assert.equal(older.model_version, 'v1');
  assert.match(
    older.reasons.join(),
    /^v2: SCHEMA_MISMATCH: .*the version or the parameters of a formula differ/,
  );
  await serving.promote(await serving.add({ featureNames: ['rsi_14', 'moon_phase'] }));
  const unknown = await predict(serving);
  assert.match(
    unknown.reasons[0],
    /^v3: SCHEMA_MISMATCH: .*the model has moon_phase, which the engine does not offer/,
  );
});

test('a package whose files are of different models is refused', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add({ packageIdInModel: 'another' }));
  const prediction = await predict(serving);
  assertRule(prediction, 'PROFESSIONAL_ANALYZER');
  assert.match(prediction.reasons.join(), /^v1: MODEL_INVALID: .*packageId.*another/);
});

test('a new champion answers from the next prediction on, on the same bars; a rollback too', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add({ leaning: 'LONG' }));
  const before = await predict(serving);
  await serving.promote(await serving.add({ leaning: 'SHORT' }));
  const after = await predict(serving);
  assert.deepEqual([before.model_version, before.direction], ['v1', 'LONG']);
  assert.deepEqual([after.model_version, after.direction], ['v2', 'SHORT']);
  await serving.registry.moveChampion(move('rollback', 'previous'));
  assert.equal((await predict(serving)).model_version, 'v1');
});

test('a series without bars can’t be spoken of', async t => {
  const { predictor } = await openServing(t);
  await assert.rejects(predictor.predict({ ...BTC, symbol: 'NOSUCHUSD' }), { code: 'CANDLES_NOT_FOUND' });
  await assert.rejects(predictor.predictOn(BTC, sliceCandles(BARS, 0, 0)), { code: 'CANDLES_NOT_FOUND' });
});

test('a version asked by name answers whoever serves: marked, not tradable, with its age told', async t => {
  const serving = await openServing(t);
  const old = await serving.add({ leaning: 'SHORT', lastTime: LAST_BAR - 30 * DAY });
  const champion = await serving.add();
  await serving.promote(champion);
  const asked = await serving.predictor.predictBy(BTC, old);
  predictionSchema.parse(JSON.parse(JSON.stringify(asked)));
  assert.deepEqual([asked.direction, asked.model_version, asked.tradable], ['SHORT', 'v1', false]);
  assert.deepEqual(asked.asked_by_name, { champion: 'v2' });
  assert.match(asked.reasons.join(), /v1: its data ends 30 days before this bar; its recipe allows 10/);
  assert.equal((await predict(serving)).asked_by_name, undefined);
  const own = await serving.predictor.predictBy(BTC, champion);
  assert.deepEqual([own.tradable, own.asked_by_name], [true, { champion: 'v2' }]);
  const explained = await serving.predictor.explainBy(BTC, old);
  assert.deepEqual([explained.model_version, explained.asked_by_name], ['v1', { champion: 'v2' }]);
});

test('nobody stands in for a version that was asked by name', async t => {
  const serving = await openServing(t);
  await serving.promote(await serving.add());
  const broken = await serving.add({ isSenseless: true });
  await assert.rejects(serving.predictor.predictBy(BTC, broken), { code: 'PREDICTION_INVALID' });
});
