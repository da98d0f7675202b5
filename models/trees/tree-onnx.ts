import { INPUT } from '../onnx/contract.ts';
import {
  ATTRIBUTE_TYPE,
  type AttributeProto,
  DATA_TYPE,
  type NodeProto,
  type TensorProto,
} from '../onnx/messages.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import type { Tree, TreeModel } from './tree-model.ts';

const SCORES = 'raw_scores';

/**
 * A tree model's raw scores as ONNX: `window` [batch, 1, F] → [batch, F] → TreeEnsembleRegressor, in the precision of the
 * library that trained it, its comparison and its order of sums: every float32 input takes the branch it takes there, and
 * raw scores do not drift with the number of trees. Covers stand in it as ONNX's hit rates, which change no answer: SHAP
 * values can be had of the file alone. Same input, same graph.
 */
export function treeScores(model: TreeModel): ScoreGraph {
  const flat: TensorProto = {
    name: 'flat_shape',
    dims: [2],
    dataType: DATA_TYPE.int64,
    int64Data: [-1, model.features],
  };
  const isWide = model.precision === 'float64';
  return {
    opset: 17,
    mlOpset: 3,
    scores: SCORES,
    initializers: [flat],
    nodes: [
      { opType: 'Reshape', input: [INPUT, flat.name!], output: ['row'] },
      ...(isWide ? [CAST_TO_FLOAT64] : []),
      {
        opType: 'TreeEnsembleRegressor',
        domain: 'ai.onnx.ml',
        input: [isWide ? 'row_float64' : 'row'],
        output: [SCORES],
        attribute: ensembleAttributes(model),
      },
    ],
  };
}

const CAST_TO_FLOAT64: NodeProto = {
  opType: 'Cast',
  input: ['row'],
  output: ['row_float64'],
  attribute: [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: DATA_TYPE.float64 }],
};

const MODES = { 'at-most': 'BRANCH_LEQ', below: 'BRANCH_LT' } as const;

/** Splits of a tree come first, in the model's numbering, then its leaves. */
function ensembleAttributes({ trees, outputs, goesLeft, precision }: TreeModel): AttributeProto[] {
  const nodes = trees.flatMap((tree, index) => [...splitNodes(tree, index), ...leafNodes(tree, index)]);
  const leaves = trees.flatMap((tree, index) =>
    [...tree.leafValue].map((value, leaf) => ({
      tree: index,
      node: tree.feature.length + leaf,
      target: tree.output,
      value,
    })),
  );
  const reals = precision === 'float64' ? doubles : floats;
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
      strings: nodes.map(node => (node.isLeaf ? 'LEAF' : MODES[goesLeft])),
    },
    reals(
      'nodes_values',
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
      nodes.map(node => node.missingIsTrue),
    ),
    floats(
      'nodes_hitrates',
      nodes.map(node => node.cover),
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
    reals(
      'target_weights',
      leaves.map(leaf => leaf.value),
    ),
    { name: 'n_targets', type: ATTRIBUTE_TYPE.int, i: outputs },
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
  /** 1: NaN, which compares false, takes the true branch. */
  readonly missingIsTrue: number;
  readonly cover: number;
}

function splitNodes(tree: Tree, index: number): EnsembleNode[] {
  const splits = tree.feature.length;
  const nodeOf = (child: number): number => (child < 0 ? splits + ~child : child);
  return Array.from(tree.feature, (feature, split) => ({
    tree: index,
    node: split,
    isLeaf: false,
    feature,
    threshold: tree.threshold[split],
    whenTrue: nodeOf(tree.left[split]),
    whenFalse: nodeOf(tree.right[split]),
    missingIsTrue: tree.missingLeft[split],
    cover: tree.splitCover[split],
  }));
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
    missingIsTrue: 0,
    cover: tree.leafCover[leaf],
  }));
}

function integers(name: string, ints: number[]): AttributeProto {
  return { name, type: ATTRIBUTE_TYPE.ints, ints };
}

function floats(name: string, values: number[]): AttributeProto {
  return { name, type: ATTRIBUTE_TYPE.floats, floats: values };
}

/** Lists of floats have a twin that holds float64. */
function doubles(name: string, values: number[]): AttributeProto {
  const tensor = `${name}_as_tensor`;
  return {
    name: tensor,
    type: ATTRIBUTE_TYPE.tensor,
    t: { name: tensor, dims: [values.length], dataType: DATA_TYPE.float64, doubleData: values },
  };
}
