import { INPUT } from '../onnx/contract.ts';
import { ATTRIBUTE_TYPE, type AttributeProto, DATA_TYPE, type TensorProto } from '../onnx/messages.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { branchThreshold } from './branch-threshold.ts';
import type { Tree, TreeModel } from './lightgbm-model.ts';

/**
 * A tree model's raw scores as ONNX: `window` [batch, 1, F] → [batch, F] → float64 → TreeEnsembleRegressor. In float64
 * thresholds and leaf values stay what they are: every float32 input takes the branch it takes in LightGBM, and raw scores
 * do not drift with the number of trees. Same input, same graph.
 */
export function treeScores(model: TreeModel): ScoreGraph {
  const flat = int64Tensor('flat_shape', [-1, model.features]);
  return {
    opset: 17,
    mlOpset: 3,
    scores: 'raw_scores',
    initializers: [flat],
    nodes: [
      { opType: 'Reshape', input: [INPUT, flat.name!], output: ['row'] },
      {
        opType: 'Cast',
        input: ['row'],
        output: ['row_float64'],
        attribute: [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: DATA_TYPE.float64 }],
      },
      {
        opType: 'TreeEnsembleRegressor',
        domain: 'ai.onnx.ml',
        input: ['row_float64'],
        output: ['raw_scores'],
        attribute: ensembleAttributes(model),
      },
    ],
  };
}

/** Splits of a tree come first, in LightGBM's numbering, then its leaves. */
function ensembleAttributes({ trees, classes }: TreeModel): AttributeProto[] {
  const nodes = trees.flatMap((tree, index) => [...splitNodes(tree, index), ...leafNodes(tree, index)]);
  const leaves = trees.flatMap((tree, index) =>
    [...tree.leafValue].map((value, leaf) => ({
      tree: index,
      node: tree.feature.length + leaf,
      target: index % classes,
      value,
    })),
  );
  const integers = (name: string, ints: number[]): AttributeProto => ({
    name,
    type: ATTRIBUTE_TYPE.ints,
    ints,
  });
  const doubles = (name: string, values: number[]): AttributeProto => ({
    name,
    type: ATTRIBUTE_TYPE.tensor,
    t: float64Tensor(name, values),
  });
  return [
    integers(
      'nodes_treeids',
      nodes.map(node => node.tree),
    ),
    integers(
      'nodes_nodeids',
      nodes.map(node => node.node),
    ),
    integers(
      'nodes_featureids',
      nodes.map(node => node.feature),
    ),
    {
      name: 'nodes_modes',
      type: ATTRIBUTE_TYPE.strings,
      strings: nodes.map(node => (node.isLeaf ? 'LEAF' : 'BRANCH_LEQ')),
    },
    doubles(
      'nodes_values_as_tensor',
      nodes.map(node => node.threshold),
    ),
    integers(
      'nodes_truenodeids',
      nodes.map(node => node.whenTrue),
    ),
    integers(
      'nodes_falsenodeids',
      nodes.map(node => node.whenFalse),
    ),
    integers(
      'nodes_missing_value_tracks_true',
      nodes.map(node => Number(node.missingIsTrue)),
    ),
    integers(
      'target_treeids',
      leaves.map(leaf => leaf.tree),
    ),
    integers(
      'target_nodeids',
      leaves.map(leaf => leaf.node),
    ),
    integers(
      'target_ids',
      leaves.map(leaf => leaf.target),
    ),
    doubles(
      'target_weights_as_tensor',
      leaves.map(leaf => leaf.value),
    ),
    { name: 'n_targets', type: ATTRIBUTE_TYPE.int, i: classes },
    { name: 'post_transform', type: ATTRIBUTE_TYPE.string, s: 'NONE' },
  ];
}

interface EnsembleNode {
  readonly tree: number;
  readonly node: number;
  readonly isLeaf: boolean;
  readonly feature: number;
  readonly threshold: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  /** NaN compares false; this sends it to the true branch. */
  readonly missingIsTrue: boolean;
}

function splitNodes(tree: Tree, index: number): EnsembleNode[] {
  const splits = tree.feature.length;
  const nodeOf = (child: number): number => (child < 0 ? splits + ~child : child);
  return tree.missing.map((missing, split) => {
    const threshold = branchThreshold(tree.threshold[split]);
    return {
      tree: index,
      node: split,
      isLeaf: false,
      feature: tree.feature[split],
      threshold,
      whenTrue: nodeOf(tree.left[split]),
      whenFalse: nodeOf(tree.right[split]),
      missingIsTrue: missing === 'as-zero' ? threshold >= 0 : missing === 'default-left',
    };
  });
}

function leafNodes(tree: Tree, index: number): EnsembleNode[] {
  return Array.from(tree.leafValue, (_, leaf) => ({
    tree: index,
    node: tree.feature.length + leaf,
    isLeaf: true,
    feature: 0,
    threshold: 0,
    whenTrue: 0,
    whenFalse: 0,
    missingIsTrue: false,
  }));
}

function int64Tensor(name: string, values: number[]): TensorProto {
  return { name, dims: [values.length], dataType: DATA_TYPE.int64, int64Data: values };
}

function float64Tensor(name: string, values: number[]): TensorProto {
  return { name, dims: [values.length], dataType: DATA_TYPE.float64, doubleData: values };
}
