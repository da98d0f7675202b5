import assert from 'node:assert/strict';
import test from 'node:test';
import { classificationMetrics } from '../../statistics/classification.ts';
import { likeliestClasses } from '../../statistics/probabilities.ts';
import { golden, type PackedArray, unpackFloat64, unpackInt32 } from '../support/golden.ts';
import { near } from '../support/near.ts';

const CLASSES = ['SHORT', 'NO_TRADE', 'LONG'];

interface Population {
  y: PackedArray;
  probabilities: PackedArray;
  accuracy: number;
  balanced_accuracy: number;
  macro_f1: number;
  precision: number[];
  recall: number[];
  f1: number[];
  mcc: number;
  cohen_kappa: number;
  log_loss: number;
  roc_auc_per_class_null_where_absent: (number | null)[];
  average_precision_per_class_null_where_absent: (number | null)[];
  roc_auc_ovr_macro_over_present_classes: number;
  directional_auc: number | null;
  brier_multiclass_sum_of_squares: number;
  confusion_rows_true_cols_predicted: number[][];
}

const { populations } = golden<{ populations: Record<string, Population> }>('classification_metrics.json');

for (const [name, expected] of Object.entries(populations)) {
  test(`every metric of the ${name} population equals scikit-learn's to 1e-12`, () => {
    const got = classificationMetrics(
      unpackInt32(expected.y),
      unpackFloat64(expected.probabilities),
      CLASSES,
    );
    near(got.accuracy, expected.accuracy);
    near(got.balancedAccuracy, expected.balanced_accuracy);
    near(got.macroF1, expected.macro_f1);
    near(got.mcc, expected.mcc);
    near(got.kappa, expected.cohen_kappa);
    near(got.logLoss, expected.log_loss);
    near(got.brier, expected.brier_multiclass_sum_of_squares);
    near(got.directionalAuc, expected.directional_auc);
    assert.deepEqual(got.confusion, expected.confusion_rows_true_cols_predicted);
    for (const [k, row] of got.perClass.entries()) {
      near(row.precision, expected.precision[k]!);
      near(row.recall, expected.recall[k]!);
      near(row.f1, expected.f1[k]!);
      near(row.auc, expected.roc_auc_per_class_null_where_absent[k]!);
      near(row.averagePrecision, expected.average_precision_per_class_null_where_absent[k]!);
    }
    const aucs = got.perClass.map(row => row.auc).filter(auc => auc !== null);
    near(aucs.reduce((a, b) => a + b, 0) / aucs.length, expected.roc_auc_ovr_macro_over_present_classes);
  });
}

test('a sure and wrong answer costs the log loss of the clipped probability', () => {
  const got = classificationMetrics([0], new Float64Array([0, 0, 1]), CLASSES);
  near(got.logLoss, -Math.log(Number.EPSILON));
});

test('of equal probabilities the first class is the answer', () => {
  assert.deepEqual([...likeliestClasses(new Float32Array([0.4, 0.4, 0.2, 0.2, 0.4, 0.4]), 3)], [0, 1]);
});

test('the directional score of a row without P(LONG) and P(SHORT) is a tie', () => {
  const got = classificationMetrics([0, 2], new Float64Array([0, 1, 0, 0, 1, 0]), CLASSES);
  assert.equal(got.directionalAuc, 0.5);
});

test('of approvals the directional AUC is that of APPROVE; classes of another kind have none', () => {
  const [label, probabilities] = [[0, 1, 1], new Float64Array([0.9, 0.1, 0.2, 0.8, 0.95, 0.05])];
  assert.equal(classificationMetrics(label, probabilities, ['REJECT', 'APPROVE']).directionalAuc, 0.5);
  assert.equal(classificationMetrics(label, probabilities, ['no', 'yes']).directionalAuc, null);
});

test('kappa is null and MCC 0 where truth and answers are one class', () => {
  const got = classificationMetrics([1, 1], new Float64Array([0, 1, 0, 0, 1, 0]), CLASSES);
  assert.equal(got.kappa, null);
  assert.equal(got.mcc, 0);
});

for (const [what, probabilities] of Object.entries({
  NaN: [Number.NaN, 0.5, 0.5],
  'a negative one': [-0.1, 0.6, 0.5],
  'a sum of 2': [1, 0.5, 0.5],
  'a row too short': [0.5, 0.5],
})) {
  test(`probabilities with ${what} are refused`, () => {
    assert.throws(() => classificationMetrics([1], new Float64Array(probabilities), CLASSES), {
      code: 'PREDICTION_INVALID',
    });
  });
}

test('no rows are refused', () => {
  assert.throws(() => classificationMetrics([], new Float64Array(0), CLASSES), { code: 'DATASET_TOO_SMALL' });
});
