import type { Dataset } from '../../contracts/dataset.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { WindowTable } from '../../features/window.ts';
import { noCalibration } from '../../models/decision/calibration.ts';
import {
  contractMetadata,
  contractSignature,
  INPUT,
  type ModelContract,
  outputName,
} from '../../models/onnx/contract.ts';
import type { NodeProto } from '../../models/onnx/messages.ts';
import { modelFile } from '../../models/onnx/model-file.ts';
import { encodeModel } from '../../models/onnx/schema.ts';
import type { Tree, TreeModel } from '../../models/trees/tree-model.ts';
import { treeScores } from '../../models/trees/tree-onnx.ts';
import { recipeWith } from '../support/recipes.ts';

/** Of a classifier. */
export const OUTPUT = outputName('direction3');
export const CLASSES = ['SHORT', 'NO_TRADE', 'LONG'];

export function contractOf(features: number): ModelContract {
  return {
    featureNames: Array.from({ length: features }, (_, at) => `feature_${at}`),
    schemaHash: 'a'.repeat(64),
    steps: 1,
    task: 'direction3',
    classes: CLASSES,
    packageId: 'b'.repeat(64),
  };
}

/** A tree of one split: `left` where the value is ≤ the threshold, else `right`. */
export function stump(feature: number, threshold: number, changes: Partial<Tree> = {}): Tree {
  return {
    output: 0,
    feature: Int32Array.of(feature),
    threshold: Float64Array.of(threshold),
    missingLeft: Uint8Array.of(1),
    left: Int32Array.of(~0),
    right: Int32Array.of(~1),
    leafValue: Float64Array.of(-0.5, 0.5),
    splitCover: Float64Array.of(20),
    leafCover: Float64Array.of(10, 10),
    ...changes,
  };
}

/** One round of three stumps on three features. */
export function smallModel(): TreeModel {
  const thresholds = [0.25, -1, 3];
  return modelOfClasses(
    3,
    thresholds.map((threshold, feature) => stump(feature, threshold)),
  );
}

/** A model of three classes in LightGBM's ways: tree t adds to class t mod 3. */
export function modelOfClasses(features: number, trees: readonly Tree[]): TreeModel {
  return {
    features,
    outputs: CLASSES.length,
    goesLeft: 'at-most',
    precision: 'float64',
    trees: trees.map((tree, index) => ({ ...tree, output: index % CLASSES.length })),
  };
}

/** A tree model as it would serve, uncalibrated. */
export function treeModelFile(model: TreeModel, contract: ModelContract): Uint8Array {
  return modelFile(treeScores(model), contract, noCalibration(contract.classes.length));
}

/** A window per row of row-major `[rows, features]`. */
export function windowsOf(x: ArrayLike<number>, features: number): WindowTable {
  const values = new Float32Array(new SharedArrayBuffer(4 * x.length));
  values.set(x);
  return {
    values,
    ends: Int32Array.from({ length: x.length / features }, (_, row) => row),
    steps: 1,
    features,
  };
}

/** Answers with the window as it is: NaN and numbers over 1 come out again. */
export function passThroughModel(contract: ModelContract): Uint8Array {
  return squeezed(contract, [{ opType: 'Squeeze', input: [INPUT, 'axis'], output: [OUTPUT] }]);
}

/** Answers what is known with probabilities, and what is missing with NaN. */
export function fragileModel(contract: ModelContract): Uint8Array {
  return squeezed(contract, [
    { opType: 'Squeeze', input: [INPUT, 'axis'], output: ['row'] },
    { opType: 'Softmax', input: ['row'], output: [OUTPUT] },
  ]);
}

function squeezed(contract: ModelContract, node: NodeProto[]): Uint8Array {
  const axis = { name: 'axis', dims: [1], dataType: 7, int64Data: [1] };
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    metadataProps: contractMetadata(contract),
    graph: { name: 'of-features', initializer: [axis], node, ...contractSignature(contract) },
  });
}

/** Rows whose class depends on the first two features and on noise; a few values are missing. */
export function learnableDataset(rows: number, features: number): Dataset {
  const random = generator(7);
  const x = Float32Array.from({ length: rows * features }, () =>
    random() < 0.02 ? Number.NaN : random() * 2 - 1,
  );
  const label = Int8Array.from({ length: rows }, (_, row) => {
    const score = (x[row * features] || 0) + (x[row * features + 1] || 0) + (random() - 0.5);
    return score < -0.4 ? 0 : score < 0.6 ? 1 : 2;
  });
  return {
    featureNames: contractOf(features).featureNames,
    schemaHash: contractOf(features).schemaHash,
    columns: Array.from({ length: features }, (_, feature) => column(x, features, feature)),
    label,
    bar: Int32Array.from(label, (_, row) => row),
    openTime: Float64Array.from(label, (_, row) => row * 3_600_000),
    labelEnd: Int32Array.from(label, (_, row) => row + 5),
    block: Int8Array.from(label, (_, row) => (row < 0.6 * rows ? 0 : row < 0.8 * rows ? 1 : 2)),
  };
}

function column(x: Float32Array, features: number, feature: number): Float32Array {
  return Float32Array.from({ length: x.length / features }, (_, row) => x[row * features + feature]);
}

export function trainWith(
  params: Recipe['train']['params'],
  changes: Partial<Recipe['train']> = {},
): Recipe['train'] {
  return { ...recipeWith().train, params, ...changes };
}

/** Uniform in [0, 1): a linear congruential generator, enough for test data. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
