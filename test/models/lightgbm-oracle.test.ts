import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { checkParity } from '../../models/onnx/parity.ts';
import { openSession } from '../../models/onnx/session.ts';
import { LightgbmLibrary, type LightgbmParams } from '../../models/trees/lightgbm-library.ts';
import { parseLightgbmModel } from '../../models/trees/lightgbm-model.ts';
import { freeing } from '../../models/trees/native-library.ts';
import { treeScores } from '../../models/trees/tree-onnx.ts';
import { golden, type PackedArray, unpackFloat64 } from '../support/golden.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { near } from '../support/near.ts';
import { contractOf, treeModelFile, windowsOf } from './fixtures.ts';
import { FEATURES, TARGETS, TEST_ROWS, tasks, testX, trainX } from './tree-oracle-data.ts';
import { rawScores } from './tree-raw-scores.ts';

interface Oracle {
  readonly params: LightgbmParams;
  readonly rounds: number;
  readonly model_text: string;
  readonly probabilities: PackedArray;
  readonly gain_importance: readonly number[];
}

const oracle = golden<Oracle>('lightgbm.json');
const missingNone = golden<Pick<Oracle, 'model_text' | 'probabilities'>>('lightgbm_missing_none.json');

test('the same data and parameters give the trees and importances of Python’s LightGBM', () => {
  const { text, gains } = train(trainX, TARGETS.class, oracle.params);
  assert.equal(trees(text), trees(oracle.model_text));
  // Python's booster was read back from its text, where gains have six digits.
  gains.forEach((gain, at) => {
    near(gain, oracle.gain_importance[at], 1e-6);
  });
});

test('data without missing values give Python’s trees too', () => {
  const withoutMissing = trainX.map(value => (Number.isNaN(value) ? 0 : value));
  assert.equal(
    trees(train(withoutMissing, TARGETS.class, oracle.params).text),
    trees(missingNone.model_text),
  );
});

test('the exported model answers as LightGBM: missing values, and values that sit on thresholds', async () => {
  const report = await parityOf(oracle);
  assert.ok(report.maxDifference < 5e-7, `${report.maxDifference}`);
});

test('a model trained without missing values reads NaN as LightGBM does: as 0', async () => {
  assert.ok(testX.some(Number.isNaN));
  const report = await parityOf(missingNone);
  assert.ok(report.maxDifference < 5e-7, `${report.maxDifference}`);
});

test('LightGBM’s own prediction through the binding is Python’s', () => {
  const booster = new LightgbmLibrary(lightgbmLibrary()).boosterFromText(oracle.model_text);
  const own = calibrate(booster.scores(testX, TEST_ROWS, 3), noCalibration(3));
  unpackFloat64(oracle.probabilities).forEach((expected, at) => {
    assert.ok(Math.abs(own[at] - expected) < 1e-15);
  });
  booster[Symbol.dispose]();
});

for (const { name, params, target, trees_sha256: sha256, scores_first_5: scores } of tasks.lightgbm) {
  test(`${name}: Python’s trees to the byte, and its scores through ONNX`, async () => {
    const { text } = train(trainX, TARGETS[target], params);
    assert.equal(createHash('sha256').update(trees(text)).digest('hex'), sha256);
    const model = parseLightgbmModel(text);
    const exported = await rawScores(treeScores(model), testX.slice(0, 5 * FEATURES), 5);
    const own = target === 'two' ? scores.flatMap(score => [0, score]) : scores;
    exported.forEach((score, at) => {
      near(score, own[at], 1e-6);
    });
  });
}

function train(
  x: Float32Array,
  label: Float32Array,
  params: LightgbmParams,
): { text: string; gains: Float64Array } {
  const library = new LightgbmLibrary(lightgbmLibrary());
  const featureNames = Array.from({ length: FEATURES }, (_, at) => `Column_${at}`);
  return freeing(native => {
    const table = native.use(library.dataset({ x, label, weight: null, featureNames }, params, null));
    const booster = native.use(library.booster(table, params));
    for (let round = 0; round < tasks.rounds; round += 1) booster.update();
    return { text: booster.modelText(booster.rounds()), gains: booster.gains(FEATURES, booster.rounds()) };
  });
}

/** Everything but the settings that follow the trees. */
function trees(modelText: string): string {
  return modelText.slice(0, modelText.indexOf('\nend of trees'));
}

async function parityOf(model: Pick<Oracle, 'model_text' | 'probabilities'>) {
  const onnx = treeModelFile(parseLightgbmModel(model.model_text), contractOf(FEATURES));
  const session = await openSession(onnx);
  try {
    return await checkParity(session, unpackFloat64(model.probabilities), windowsOf(testX, FEATURES), 5e-6);
  } finally {
    await session.dispose();
  }
}
