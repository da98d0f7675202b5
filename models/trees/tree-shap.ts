import { ShapPath } from './shap-path.ts';
import type { Tree, TreeModel } from './tree-model.ts';

/**
 * How much each feature of a row moved each score: SHAP values by the path-dependent TreeSHAP of Lundberg, Erion and Lee,
 * "Consistent Individualized Feature Attribution for Tree Ensembles" (2018), algorithm 2, whose expectations are taken over
 * the training rows' shares in each branch.
 * O(rows · trees · leaves · depth²).
 * @param x row-major `[rows, features]`, NaN where missing
 * @returns `[rows, outputs, features + 1]`; the last of each is the mean score over the training rows, and all of them add up to
 *   the row's score
 */
export function treeContributions(model: TreeModel, x: Float32Array, rows: number): Float64Array {
  const { features, outputs, trees } = model;
  const width = features + 1;
  const out = new Float64Array(rows * outputs * width);
  for (const tree of trees) {
    const mean = meanOf(tree);
    const depth = depthOf(tree);
    const paths = Array.from({ length: depth + 1 }, () => new ShapPath(depth + 2));
    const row: Row = {
      tree,
      paths,
      values: x,
      phi: out,
      goesLeft: model.goesLeft === 'at-most' ? isAtMost : isBelow,
    };
    for (let at = 0; at < rows; at += 1) {
      const place = (at * outputs + tree.output) * width;
      out[place + features] += mean;
      row.values = x.subarray(at * features, (at + 1) * features);
      row.phi = out.subarray(place, place + features);
      if (depth > 0) descend(row, 0, 0, 1, 1, ROOT);
    }
  }
  return out;
}

/** What the root's step names instead of a feature. */
const ROOT = -1;

interface Row {
  readonly tree: Tree;
  /** One per depth. */
  readonly paths: readonly ShapPath[];
  values: Float32Array;
  /** Added to: a value per feature. */
  phi: Float64Array;
  readonly goesLeft: (value: number, threshold: number) => boolean;
}

function isAtMost(value: number, threshold: number): boolean {
  return value <= threshold;
}

function isBelow(value: number, threshold: number): boolean {
  return value < threshold;
}

/** Goes both ways at a node; `zero` and `one` are those of the split `feature` above it. */
function descend(row: Row, node: number, depth: number, zero: number, one: number, feature: number): void {
  const path = row.paths[depth];
  if (depth === 0) path.last = -1;
  else path.copyFrom(row.paths[depth - 1]);
  path.extend(zero, one, feature);
  if (node < 0) addLeaf(row, path, row.tree.leafValue[~node]);
  else split(row, path, node, depth);
}

function addLeaf({ phi }: Row, path: ShapPath, value: number): void {
  for (let step = 1; step <= path.last; step += 1)
    phi[path.feature[step]] += path.weightWithout(step) * (path.one[step] - path.zero[step]) * value;
}

function split(row: Row, path: ShapPath, node: number, depth: number): void {
  const { tree, values } = row;
  const feature = tree.feature[node];
  const value = values[feature];
  const isLeft = Number.isNaN(value)
    ? tree.missingLeft[node] === 1
    : row.goesLeft(value, tree.threshold[node]);
  const own = isLeft ? tree.left[node] : tree.right[node];
  const other = isLeft ? tree.right[node] : tree.left[node];
  let zero = 1;
  let one = 1;
  // A feature stands in a path once: its earlier step is taken out and becomes part of the new one.
  const earlier = path.stepOf(feature);
  if (earlier > 0) {
    zero = path.zero[earlier];
    one = path.one[earlier];
    path.remove(earlier);
  }
  descend(row, own, depth + 1, zero * shareOf(tree, node, own), one, feature);
  descend(row, other, depth + 1, zero * shareOf(tree, node, other), 0, feature);
}

/** Share of a split's training rows that went to a child; halves where none came by. */
function shareOf({ splitCover, leafCover }: Tree, node: number, child: number): number {
  const cover = splitCover[node];
  return cover > 0 ? (child < 0 ? leafCover[~child] : splitCover[child]) / cover : 0.5;
}

/** Mean of the leaves below a node over the training rows. */
function meanOf(tree: Tree, node = tree.feature.length === 0 ? ~0 : 0): number {
  if (node < 0) return tree.leafValue[~node];
  const { left, right } = tree;
  return (
    shareOf(tree, node, left[node]) * meanOf(tree, left[node]) +
    shareOf(tree, node, right[node]) * meanOf(tree, right[node])
  );
}

/** Splits on the longest way to a leaf. */
function depthOf({ left, right }: Tree): number {
  const depth = new Int32Array(left.length);
  let deepest = 0;
  for (let split = 0; split < left.length; split += 1) {
    deepest = Math.max(deepest, depth[split] + 1);
    for (const child of [left[split], right[split]]) if (child >= 0) depth[child] = depth[split] + 1;
  }
  return deepest;
}
