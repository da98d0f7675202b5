import assert from 'node:assert/strict';
import test from 'node:test';
import { balancedWeights } from '../../datasets/weights/class-balance.ts';
import { linearGraph } from '../../models/linear/linear-graph.ts';
import { linearScores } from '../../models/linear/linear-model.ts';
import { type LinearProblem, lossAt, slopesAt } from '../../models/linear/linear-problem.ts';
import { solveLinear } from '../../models/linear/newton.ts';
import { scalingOf } from '../../models/linear/scaling.ts';
import { golden } from '../support/golden.ts';
import { near } from '../support/near.ts';
import { testEstimator } from './estimator-contract.ts';
import { generator, windowsOf } from './fixtures.ts';
import { FEATURES, TARGETS, trainX } from './tree-oracle-data.ts';
import { rawScores } from './tree-raw-scores.ts';

testEstimator({ estimator: 'logistic', params: {}, long: { l2: 1e-9, iterations: 1_000 }, rows: 900 });

const oracle = golden<{
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly models: readonly {
    readonly target: keyof typeof TARGETS;
    readonly l2: number;
    readonly balanced: boolean;
    readonly coefficients: readonly (readonly number[])[];
    readonly intercepts: readonly number[];
  }[];
}>('logistic.json');
const windows = windowsOf(trainX, FEATURES);
const scaling = scalingOf(windows);
/** Weights of classes are kept in float32. */
const TOLERANCE = 1e-7;
const CLASSES = { class: 3, two: 2, number: 0 } as const;

test('means and deviations are scikit-learn’s, missing values at the mean', () => {
  scaling.mean.forEach((mean, at) => {
    near(mean, oracle.mean[at]);
    near(1 / scaling.inverse[at], oracle.deviation[at]);
  });
});

for (const { target, l2, balanced, coefficients, intercepts } of oracle.models) {
  test(`${target}, l2 ${l2}${balanced ? ', balanced' : ''}: scikit-learn’s coefficients to 1e-7`, () => {
    const problem = problemOf(target, l2, balanced);
    const beta = solveLinear(problem, 100, () => {});
    const width = FEATURES + 1;
    coefficients.forEach((ofScore, score) => {
      ofScore.forEach((value, at) => {
        near(beta[score * width + at], value, TOLERANCE);
      });
      near(beta[score * width + FEATURES], intercepts[score], TOLERANCE);
    });
  });
}

test('slopes are those of the loss, by finite differences', () => {
  const random = generator(2);
  for (const target of ['class', 'two', 'number'] as const) {
    const problem = problemOf(target, 0.05, true);
    const size = (CLASSES[target] === 3 ? 3 : 1) * (FEATURES + 1);
    const beta = Float64Array.from({ length: size }, () => random() - 0.5);
    const { gradient, hessian, loss } = slopesAt(problem, beta);
    near(lossAt(problem, beta), loss);
    for (const at of [0, 7, FEATURES, size - 2]) {
      const moved = (by: number) => beta.map((value, index) => (index === at ? value + by : value));
      const step = 1e-5;
      near((lossAt(problem, moved(step)) - lossAt(problem, moved(-step))) / (2 * step), gradient[at], 1e-7);
      const [up, down] = [slopesAt(problem, moved(step)).gradient, slopesAt(problem, moved(-step)).gradient];
      // The intercepts' own block holds their sum at 0 beside what the loss bends.
      for (const other of [1, 7, size - 3])
        near((up[other] - down[other]) / (2 * step), hessian[at * size + other], 1e-6);
    }
  }
});

test('with a hundred features too, a row’s score is bit-equal in any batch', async () => {
  const features = 100;
  const random = generator(9);
  const x = Float32Array.from({ length: 340 * features }, () => (random() < 0.05 ? Number.NaN : random()));
  const fit = {
    ...{ task: 'direction3' as const, featureNames: [], classes: [], losses: [] },
    scaling: scalingOf(windowsOf(x, features)),
    coefficients: [0, 1, 2].map(() => Array.from({ length: features }, () => random() - 0.5)),
    intercepts: [0.1, 0.2, 0.3],
  };
  const all = await rawScores(linearGraph(fit), x, 340);
  const own = linearScores(fit, windowsOf(x, features));
  all.forEach((score, at) => {
    near(score, own[at], 1e-6);
  });
  for (const batch of [1, 2, 3, 34])
    for (const row of [0, 34, 170]) {
      const part = x.slice(row * features, (row + batch) * features);
      assert.deepEqual(await rawScores(linearGraph(fit), part, batch), all.slice(row * 3, (row + batch) * 3));
    }
});

test('features that repeat one another are solved: the penalty shares the weight out', () => {
  const random = generator(4);
  const column = Array.from({ length: 500 }, () => random());
  const x = Float32Array.from(column.flatMap(value => [value, value]));
  const target = Float32Array.from(column, value => Number(value + random() > 1));
  const twins = windowsOf(x, 2);
  const problem = {
    ...{ rows: { windows: twins, target, weight: new Float32Array(500).fill(1) } },
    ...{ scaling: scalingOf(twins), classes: 2, l2: 1e-6 },
  };
  const [first, second] = solveLinear(problem, 100, () => {});
  near(first, second, 1e-6);
});

function problemOf(target: keyof typeof TARGETS, l2: number, balanced: boolean): LinearProblem {
  const classes = CLASSES[target];
  const values = TARGETS[target];
  const ofClass = balanced && classes > 0 ? balancedWeights(values, classes) : null;
  const weight = Float32Array.from(values, value => ofClass?.[value] ?? 1);
  return { rows: { windows, target: values, weight }, scaling, classes, l2 };
}
