import { INPUT } from '../onnx/contract.ts';
import type { AttributeProto, GraphProto, NodeProto, TensorProto } from '../onnx/messages.ts';
import { modelErrors, requireTree, type Tree, type TreeModel } from './tree-model.ts';

/** Trees as they stand in a served file, and what its head makes of their scores. */
export interface ServedTrees {
  readonly model: TreeModel;
  /** Probabilities are the softmax of (score − log weight) · inverse temperature. */
  readonly logWeights: ArrayLike<number>;
  readonly inverseTemperature: number;
}

/** Operators in their order, of an exported tree model and of its head. */
const SHAPES: readonly (readonly string[])[] = ['Reshape', 'Reshape Cast'].flatMap(input =>
  ['Softmax', 'Sub Mul Softmax', 'Reshape'].map(head => `${input} TreeEnsembleRegressor ${head}`.split(' ')),
);

/**
 * The trees of a file that `treeScores` and `modelFile` made, with their covers; null of any other file, and of one without
 * covers. The inverse of `treeScores`.
 * @throws AlphaloomError MODEL_INVALID where trees are damaged
 */
export function readTrees(graph: GraphProto, features: number): ServedTrees | null {
  const nodes = graph.node ?? [];
  const operators = nodes.map(node => node.opType);
  if (!SHAPES.some(shape => shape.join() === operators.join()) || !isChain(nodes)) return null;
  const ensemble = nodes.find(node => node.opType === 'TreeEnsembleRegressor')!;
  const lists = listsOf(ensemble);
  if (lists === null) return null;
  const constants = new Map((graph.initializer ?? []).map(tensor => [tensor.name, tensor]));
  const weights = constants.get('log_class_weights');
  const inverse = constants.get('inverse_temperature');
  const trees = treesOf(lists);
  if (trees === null) return null;
  for (const [index, tree] of trees.entries())
    requireTree(tree, index, features, modelErrors('ONNX').damaged);
  return {
    model: {
      features,
      outputs: lists.outputs,
      goesLeft: lists.modes.includes('BRANCH_LT') ? 'below' : 'at-most',
      precision: operators.includes('Cast') ? 'float64' : 'float32',
      trees,
    },
    logWeights: weights ? floatsOf(weights) : new Float32Array(lists.outputs),
    inverseTemperature: inverse ? floatsOf(inverse)[0] : 1,
  };
}

/** Whether each node feeds the next, the first the window. */
function isChain(nodes: readonly NodeProto[]): boolean {
  return nodes.every((node, at) => node.input?.[0] === (at === 0 ? INPUT : nodes[at - 1].output?.[0]));
}

/** An ensemble's attributes: those of a node per node of all trees, those of a leaf per leaf. */
interface Lists {
  readonly outputs: number;
  readonly tree: readonly number[];
  readonly node: readonly number[];
  readonly feature: readonly number[];
  readonly modes: readonly string[];
  readonly threshold: readonly number[];
  readonly whenTrue: readonly number[];
  readonly whenFalse: readonly number[];
  readonly missingIsTrue: readonly number[];
  readonly cover: readonly number[];
  readonly leafTree: readonly number[];
  readonly leafNode: readonly number[];
  readonly leafTarget: readonly number[];
  readonly leafValue: readonly number[];
}

/** What `treeScores` writes: another attribute, or another value of the fixed ones, would mean another model. */
const LISTS = ['nodes_treeids', 'nodes_nodeids', 'nodes_featureids', 'nodes_modes', 'nodes_values']
  .concat(['nodes_truenodeids', 'nodes_falsenodeids', 'nodes_missing_value_tracks_true', 'nodes_hitrates'])
  .concat(['target_treeids', 'target_nodeids', 'target_ids', 'target_weights', 'n_targets']);
const KNOWN: ReadonlySet<string> = new Set(LISTS.flatMap(name => [name, `${name}_as_tensor`]));
const COMPARISONS: ReadonlySet<string> = new Set(['BRANCH_LEQ', 'BRANCH_LT']);

function listsOf({ attribute = [] }: NodeProto): Lists | null {
  const attributes = new Map(attribute.map(entry => [entry.name ?? '', entry]));
  const isOurs = attribute.every(
    ({ name = '', s }) => KNOWN.has(name) || (name === 'post_transform' && s === 'NONE'),
  );
  const comparisons = new Set(attributes.get('nodes_modes')?.strings?.filter(mode => mode !== 'LEAF'));
  if (!isOurs || comparisons.size > 1 || !comparisons.isSubsetOf(COMPARISONS)) return null;
  const ints = (name: string): readonly number[] => attributes.get(name)?.ints ?? [];
  const reals = (name: string): readonly number[] =>
    realsOf(attributes.get(`${name}_as_tensor`)) ?? attributes.get(name)?.floats ?? [];
  const cover = attributes.get('nodes_hitrates')?.floats;
  if (cover === undefined) return null;
  return {
    outputs: attributes.get('n_targets')?.i ?? 0,
    tree: ints('nodes_treeids'),
    node: ints('nodes_nodeids'),
    feature: ints('nodes_featureids'),
    modes: attributes.get('nodes_modes')?.strings ?? [],
    threshold: reals('nodes_values'),
    whenTrue: ints('nodes_truenodeids'),
    whenFalse: ints('nodes_falsenodeids'),
    missingIsTrue: ints('nodes_missing_value_tracks_true'),
    cover,
    leafTree: ints('target_treeids'),
    leafNode: ints('target_nodeids'),
    leafTarget: ints('target_ids'),
    leafValue: reals('target_weights'),
  };
}

function realsOf(attribute: AttributeProto | undefined): readonly number[] | undefined {
  return attribute?.t?.doubleData;
}

/** Null where trees are not laid out as `treeScores` does: splits first, then leaves, in the order of their votes. */
function treesOf(lists: Lists): Tree[] | null {
  const trees: Tree[] = [];
  let leaf = 0;
  for (let from = 0; from < lists.tree.length; ) {
    const index = trees.length;
    let to = from;
    while (to < lists.tree.length && lists.tree[to] === index) to += 1;
    const splits = lists.modes.slice(from, to).filter(mode => mode !== 'LEAF').length;
    const leaves = to - from - splits;
    if (!isLaidOut(lists, index, from, to, splits, leaf)) return null;
    const childOf = (node: number): number => (node < splits ? node : ~(node - splits));
    trees.push({
      output: lists.leafTarget[leaf],
      feature: Int32Array.from(lists.feature.slice(from, from + splits)),
      threshold: Float64Array.from(lists.threshold.slice(from, from + splits)),
      missingLeft: Uint8Array.from(lists.missingIsTrue.slice(from, from + splits)),
      left: Int32Array.from(lists.whenTrue.slice(from, from + splits), childOf),
      right: Int32Array.from(lists.whenFalse.slice(from, from + splits), childOf),
      leafValue: Float64Array.from(lists.leafValue.slice(leaf, leaf + leaves)),
      splitCover: Float64Array.from(lists.cover.slice(from, from + splits)),
      leafCover: Float64Array.from(lists.cover.slice(from + splits, to)),
    });
    from = to;
    leaf += leaves;
  }
  return leaf === lists.leafTree.length ? trees : null;
}

function isLaidOut(
  { node, modes, leafTree, leafNode, leafTarget }: Lists,
  tree: number,
  from: number,
  to: number,
  splits: number,
  leaf: number,
): boolean {
  for (let at = from; at < to; at += 1) {
    const isLeaf = at - from >= splits;
    if (node[at] !== at - from || (modes[at] === 'LEAF') !== isLeaf) return false;
    if (!isLeaf) continue;
    const vote = leaf + at - from - splits;
    if (leafTree[vote] !== tree || leafNode[vote] !== node[at] || leafTarget[vote] !== leafTarget[leaf])
      return false;
  }
  return to > from;
}

function floatsOf({ floatData, rawData }: TensorProto): ArrayLike<number> {
  if (floatData?.length) return floatData;
  return new Float32Array((rawData ?? new Uint8Array()).slice().buffer);
}
