import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { checkParity } from '../../models/onnx/parity.ts';
import { openSession } from '../../models/onnx/session.ts';
import { freeing } from '../../models/trees/native-library.ts';
import { treeScores } from '../../models/trees/tree-onnx.ts';
import { XgboostLibrary, type XgboostParams } from '../../models/trees/xgboost-library.ts';
import { parseXgboostModel, xgboostGains } from '../../models/trees/xgboost-model.ts';
import { golden, type PackedArray, unpackFloat32 } from '../support/golden.ts';
import { nativeLibrary } from '../support/native-library.ts';
import { near } from '../support/near.ts';
import { contractOf, treeModelFile, windowsOf } from './fixtures.ts';
import { FEATURES, TARGETS, TEST_ROWS, TRAIN_ROWS, tasks, testX, trainX } from './tree-oracle-data.ts';
import { rawScores } from './tree-raw-scores.ts';

const oracle = golden<{
  readonly params: XgboostParams;
  readonly rounds: number;
  readonly model_json: object;
  readonly margins: PackedArray;
  readonly probabilities: PackedArray;
  readonly total_gain: readonly number[];
  readonly contributions_first_20: PackedArray;
}>('gradient_boosting_xgboost.json');
const library = new XgboostLibrary(nativeLibrary('xgboost'));
const oracleText = exponentialFloats(JSON.stringify(oracle.model_json));

test('the same data and parameters give the model of Python’s XGBoost, value by value', () => {
  assert.deepEqual(JSON.parse(train(TARGETS.class, oracle.params)), oracle.model_json);
});

for (const { name, params, target, model_sha256: sha256, margins_first_5: margins } of tasks.xgboost) {
  test(`${name}: Python’s model to the byte, and its scores through ONNX to the last bit`, async () => {
    const text = train(TARGETS[target], params);
    assert.equal(createHash('sha256').update(text).digest('hex'), sha256);
    const exported = await rawScores(treeScores(parseXgboostModel(text)), testX.slice(0, 5 * FEATURES), 5);
    const own = target === 'two' ? margins.flatMap(margin => [0, margin]) : margins;
    assert.deepEqual([...exported], own);
  });
}

test('two threads give the model of one', () => {
  const { params, target } = tasks.xgboost.at(-1)!;
  assert.equal(train(TARGETS[target], { ...params, nthread: 2 }), train(TARGETS[target], params));
});

test('the exported model answers as XGBoost: missing values, and values that sit on thresholds', async () => {
  assert.ok(testX.some(Number.isNaN));
  const model = parseXgboostModel(oracleText);
  const session = await openSession(treeModelFile(model, contractOf(FEATURES)));
  const probabilities = Float64Array.from(unpackFloat32(oracle.probabilities));
  const report = await checkParity(session, probabilities, windowsOf(testX, FEATURES), 5e-6);
  await session.dispose();
  assert.ok(report.maxDifference < 5e-7, `${report.maxDifference}`);
  assert.deepEqual(await rawScores(treeScores(model), testX, TEST_ROWS), unpackFloat32(oracle.margins));
});

test('XGBoost’s own answers through the binding are Python’s', () => {
  assert.deepEqual(library.scores(oracleText, testX, TEST_ROWS), unpackFloat32(oracle.margins));
  const first = testX.slice(0, 20 * FEATURES);
  assert.deepEqual(
    library.contributions(oracleText, first, 20),
    unpackFloat32(oracle.contributions_first_20),
  );
});

test('gains are XGBoost’s total gains', () => {
  xgboostGains(oracleText, FEATURES).forEach((gain, at) => {
    near(gain, oracle.total_gain[at], 1e-6);
  });
});

function train(target: Float32Array, params: XgboostParams): string {
  return freeing(native => {
    const input = { x: trainX, rows: TRAIN_ROWS, target, weight: null };
    const table = native.use(library.table(input, 1));
    const booster = native.use(library.booster(table, table, params));
    for (let round = 0; round < tasks.rounds; round += 1) booster.update();
    return booster.modelText(tasks.rounds, []);
  });
}

/** Floats as XGBoost's loader asks for them: with an exponent. */
function exponentialFloats(json: string): string {
  return json.replace(
    /"(base_weights|loss_changes|split_conditions|sum_hessian)":\[([^\]]*)\]/g,
    (_, name: string, list: string) =>
      `"${name}":[${list
        .split(',')
        .map(value => (/[.e]/.test(value) ? value : `${value}E0`))
        .join(',')}]`,
  );
}
