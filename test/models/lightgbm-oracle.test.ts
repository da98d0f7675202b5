import assert from 'node:assert/strict';
import test from 'node:test';
import { calibrate, noCalibration } from '../../models/decision/calibration.ts';
import { checkParity } from '../../models/onnx/parity.ts';
import { openSession } from '../../models/onnx/session.ts';
import { LightgbmLibrary, type LightgbmParams } from '../../models/trees/lightgbm-library.ts';
import { parseLightgbmModel } from '../../models/trees/lightgbm-model.ts';
import { golden, type PackedArray, unpackFloat32, unpackFloat64, unpackInt32 } from '../support/golden.ts';
import { lightgbmLibrary } from '../support/lightgbm.ts';
import { near } from '../support/near.ts';
import { contractOf, treeModelFile, windowsOf } from './fixtures.ts';

interface Oracle {
  readonly params: LightgbmParams;
  readonly rounds: number;
  readonly train_x: PackedArray;
  readonly train_y: PackedArray;
  readonly test_x: PackedArray;
  readonly model_text: string;
  readonly probabilities: PackedArray;
  readonly gain_importance: readonly number[];
}

const oracle = golden<Oracle>('lightgbm.json');
const missingNone = golden<Pick<Oracle, 'model_text' | 'probabilities'>>('lightgbm_missing_none.json');
const FEATURES = 15;
const trainX = unpackFloat32(oracle.train_x);
const trainY = Float32Array.from(unpackInt32(oracle.train_y));
const testX = unpackFloat32(oracle.test_x);
const rows = testX.length / FEATURES;

test('the same data and parameters give the trees and importances of Python’s LightGBM', () => {
  const { text, gains } = train(trainX);
  assert.equal(trees(text), trees(oracle.model_text));
  // Python's booster was read back from its text, where gains have six digits.
  gains.forEach((gain, at) => {
    near(gain, oracle.gain_importance[at], 1e-6);
  });
});

test('data without missing values give Python’s trees too', () => {
  const withoutMissing = trainX.map(value => (Number.isNaN(value) ? 0 : value));
  assert.equal(trees(train(withoutMissing).text), trees(missingNone.model_text));
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
  const own = calibrate(booster.scores(testX, rows, 3), noCalibration(3));
  unpackFloat64(oracle.probabilities).forEach((expected, at) => {
    assert.ok(Math.abs(own[at] - expected) < 1e-15);
  });
  booster[Symbol.dispose]();
});

function train(x: Float32Array): { text: string; gains: Float64Array } {
  const library = new LightgbmLibrary(lightgbmLibrary());
  const featureNames = Array.from({ length: FEATURES }, (_, at) => `Column_${at}`);
  const native = new DisposableStack();
  try {
    const table = native.use(
      library.dataset({ x, label: trainY, weight: null, featureNames }, oracle.params, null),
    );
    const booster = native.use(library.booster(table, oracle.params));
    for (let round = 0; round < oracle.rounds; round += 1) booster.update();
    return { text: booster.modelText(booster.rounds()), gains: booster.gains(FEATURES, booster.rounds()) };
  } finally {
    native.dispose();
  }
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
