import { golden, type PackedArray, unpackFloat32, unpackInt32 } from '../support/golden.ts';

interface Data {
  readonly train_x: PackedArray;
  readonly train_y: PackedArray;
  readonly test_x: PackedArray;
}

const data = golden<Data>('lightgbm.json');

/** The data that the reference models of `golden/` were made of. */
export const FEATURES = 15;
export const trainX = unpackFloat32(data.train_x);
export const testX = unpackFloat32(data.test_x);
export const TEST_ROWS = testX.length / FEATURES;

const classes = Float32Array.from(unpackInt32(data.train_y));
export const TRAIN_ROWS = classes.length;

/** What was learnt: the class, whether it is the last, or the product of the first two features (missing: 1 and 0). */
export const TARGETS = {
  class: classes,
  two: classes.map(value => Number(value === 2)),
  number: classes.map((_, row) => {
    const [first, second] = [trainX[row * FEATURES], trainX[row * FEATURES + 1]];
    return (Number.isNaN(second) ? 0 : second) * (Number.isNaN(first) ? 1 : first);
  }),
} as const;

interface Case {
  readonly name: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly target: keyof typeof TARGETS;
}

/** Models of each task by Python's packages: hashes of the trees, and answers to the first five test rows. */
export const tasks = golden<{
  readonly rounds: number;
  readonly lightgbm: readonly (Case & {
    readonly trees_sha256: string;
    readonly scores_first_5: readonly number[];
    /** Absent of forests, whose contributions LightGBM gives as sums over the trees. */
    readonly contributions_first_5?: readonly number[];
  })[];
  readonly xgboost: readonly (Case & {
    readonly model_sha256: string;
    readonly margins_first_5: readonly number[];
  })[];
}>('gradient_boosting_tasks.json');
