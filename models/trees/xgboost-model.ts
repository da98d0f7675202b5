import { constantTree, modelErrors, requireTree, type Tree, type TreeModel } from './tree-model.ts';

const { unsupported, damaged } = modelErrors('XGBoost');

/** Objectives by XGBoost's name: what its scores are, and its `base_score` as a score. */
const OBJECTIVES: Readonly<Record<string, Objective>> = {
  'multi:softprob': { kind: 'classes', baseScore: base => base },
  // Kept as a probability; the logit is taken in float32, as XGBoost does.
  'binary:logistic': {
    kind: 'second-class',
    baseScore: base => Math.fround(-Math.log(Math.fround(Math.fround(1 / base) - 1))),
  },
  'reg:squarederror': { kind: 'value', baseScore: base => base },
  'reg:absoluteerror': { kind: 'value', baseScore: base => base },
  'reg:pseudohubererror': { kind: 'value', baseScore: base => base },
};

interface Objective {
  readonly kind: 'classes' | 'second-class' | 'value';
  baseScore(base: number): number;
}

/** Releases whose JSON is known: `base_score` is one number up to 3.0, from 3.1 on a list with one per class. */
const KNOWN_MAJORS = [2, 3];

/**
 * Reads XGBoost's JSON model of the booster `gbtree`. Its base scores come out as trees of one leaf before the others, so
 * that float32 sums are taken in XGBoost's order; a model of two classes has the scores 0 and s.
 * Format: https://xgboost.readthedocs.io/en/release_3.2.0/tutorials/saving_model.html (the JSON schema there).
 * @throws AlphaloomError MODEL_UNSUPPORTED: another objective or booster, categorical splits, trees with vector leaves;
 *   MODEL_INVALID: the text is damaged
 */
export function parseXgboostModel(text: string): TreeModel {
  const { version, learner } = parseJson(text);
  if (!KNOWN_MAJORS.includes(version?.[0] ?? 0)) {
    throw unsupported(`its version is ${version?.join('.')}, known are ${KNOWN_MAJORS.join(' and ')}`);
  }
  const booster = learner?.gradient_booster;
  if (booster?.name !== 'gbtree') throw unsupported(`its booster is ${booster?.name}, known is gbtree`);
  const features = integer(learner?.learner_model_param?.num_feature, 'num_feature');
  const { bases, outputs, firstOutput } = outputsOf(learner);
  const { trees = [], tree_info: groups = [] } = booster.model ?? {};
  if (features < 1 || trees.length === 0 || groups.length !== trees.length) {
    throw damaged(`${trees.length} trees on ${features} features, ${groups.length} of them with a class`);
  }
  return {
    features,
    outputs,
    goesLeft: 'below',
    precision: 'float32',
    trees: [
      ...bases.map((base, at) => constantTree(firstOutput + at, base)),
      ...trees.map((tree, index) => {
        if (!(groups[index] >= 0 && groups[index] < bases.length))
          throw damaged(`tree ${index} is of class ${groups[index]}`);
        return treeOf(tree, index, features, firstOutput + groups[index]);
      }),
    ],
  };
}

/** Sum of the gains of each feature's splits (XGBoost's `total_gain`). */
export function xgboostGains(text: string, features: number): Float64Array {
  const gains = new Float64Array(features);
  for (const tree of parseJson(text).learner?.gradient_booster?.model?.trees ?? []) {
    for (const [node, child] of tree.left_children.entries())
      if (child !== NO_CHILD) gains[tree.split_indices[node]] += tree.loss_changes[node];
  }
  return gains;
}

/** What is read of the file; every part may be missing in a damaged one. */
interface ModelJson {
  readonly version?: readonly number[];
  readonly learner?: Learner;
}

interface Learner {
  readonly learner_model_param?: Readonly<Record<string, string | undefined>>;
  readonly objective?: { readonly name?: string };
  readonly gradient_booster?: {
    readonly name?: string;
    readonly model?: { readonly trees?: readonly TreeJson[]; readonly tree_info?: readonly number[] };
  };
}

/** A value per node; of a leaf, `split_conditions` is its value. */
interface TreeJson {
  readonly left_children: readonly number[];
  readonly right_children: readonly number[];
  readonly split_indices: readonly number[];
  readonly split_conditions: readonly number[];
  readonly split_type: readonly number[];
  readonly default_left: readonly number[];
  readonly sum_hessian: readonly number[];
  readonly loss_changes: readonly number[];
  readonly tree_param?: { readonly size_leaf_vector?: string };
}

const COLUMNS = [
  ...(['left_children', 'right_children', 'split_indices', 'split_conditions'] as const),
  ...(['split_type', 'default_left', 'sum_hessian', 'loss_changes'] as const),
];
const NO_CHILD = -1;

function parseJson(text: string): ModelJson {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Told below, like anything else that is no model.
  }
  throw damaged('it is not a JSON object');
}

function outputsOf(learner: Learner | undefined): { bases: number[]; outputs: number; firstOutput: number } {
  const { base_score: baseScore, num_class: numClass } = learner?.learner_model_param ?? {};
  const name = learner?.objective?.name ?? 'none';
  const objective = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name] : undefined;
  if (!objective)
    throw unsupported(`its objective is ${name}, known are ${Object.keys(OBJECTIVES).join(', ')}`);
  const groups = objective.kind === 'classes' ? integer(numClass, 'num_class') : 1;
  const given = numbersOf(baseScore);
  const bases = given.length === 1 ? Array.from({ length: groups }, () => given[0]) : given;
  if (bases.length !== groups) throw damaged(`it has ${bases.length} base scores for ${groups} scores`);
  const isSecond = objective.kind === 'second-class';
  return {
    bases: bases.map(base => objective.baseScore(Math.fround(base))),
    outputs: isSecond ? 2 : groups,
    firstOutput: isSecond ? 1 : 0,
  };
}

/** `5E-1` or `[6.0E-2,-7.5E-2]`. */
function numbersOf(text: string | undefined): number[] {
  const list = (text ?? '').replace(/^\[|\]$/g, '').split(',');
  const numbers = list.map(part => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.every(Number.isFinite)) return numbers;
  throw damaged(`base_score is ${text}`);
}

/** Splits and leaves are numbered anew, root first: pruned nodes may lie between a tree's own. */
function treeOf(json: TreeJson, index: number, features: number, output: number): Tree {
  requireColumns(json, index);
  const { left_children: left, right_children: right, split_conditions: condition } = json;
  const splits: number[] = [];
  const leaves: number[] = [];
  const place = new Int32Array(left.length);
  const seen = new Uint8Array(left.length);
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!(node >= 0 && node < left.length) || seen[node])
      throw damaged(`tree ${index} has a wrong child: ${node}`);
    seen[node] = 1;
    if (left[node] === NO_CHILD) {
      place[node] = ~(leaves.push(node) - 1);
    } else {
      if (json.split_type[node] !== 0) throw unsupported(`tree ${index} splits on categories`);
      place[node] = splits.push(node) - 1;
      open.push(right[node], left[node]);
    }
  }
  const tree: Tree = {
    output,
    feature: Int32Array.from(splits, node => json.split_indices[node]),
    threshold: Float64Array.from(splits, node => Math.fround(condition[node])),
    missingLeft: Uint8Array.from(splits, node => json.default_left[node]),
    left: Int32Array.from(splits, node => place[left[node]]),
    right: Int32Array.from(splits, node => place[right[node]]),
    leafValue: Float64Array.from(leaves, node => Math.fround(condition[node])),
    splitCover: Float64Array.from(splits, node => json.sum_hessian[node]),
    leafCover: Float64Array.from(leaves, node => json.sum_hessian[node]),
  };
  requireTree(tree, index, features, damaged);
  return tree;
}

function requireColumns(json: TreeJson, index: number): void {
  if ((json.tree_param?.size_leaf_vector ?? '1') > '1')
    throw unsupported(`tree ${index} has leaves of several values`);
  const nodes = json.left_children?.length ?? 0;
  for (const name of COLUMNS) {
    const column = json[name];
    if (nodes > 0 && Array.isArray(column) && column.length === nodes && column.every(Number.isFinite))
      continue;
    throw damaged(`tree ${index} lacks one number of ${name} for each of its ${nodes} nodes`);
  }
}

function integer(text: string | undefined, name: string): number {
  const value = Number(text || Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw damaged(`${name} is ${text}`);
}
