import { AlphaloomError } from '../../contracts/errors.ts';

/** How a split treats NaN: as 0.0, or by its default direction. */
export type MissingRule = 'as-zero' | 'default-left' | 'default-right';

/**
 * One tree: `leafValue.length − 1` splits and their leaves. A child is a split's index, or the complement (~) of
 * a leaf's; split 0 is the root; a tree of one leaf has no splits.
 */
export interface Tree {
  readonly feature: Int32Array;
  /** A value goes left if it is ≤ the threshold. */
  readonly threshold: Float64Array;
  readonly missing: readonly MissingRule[];
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leafValue: Float64Array;
}

/** Trees in order of training: tree t adds to the raw score of class t mod `classes`. */
export interface TreeModel {
  readonly features: number;
  readonly classes: number;
  readonly trees: readonly Tree[];
}

/**
 * Reads LightGBM's text model (version v4) of the objective `multiclass`.
 * Format: https://github.com/lightgbm-org/LightGBM/blob/v4.7.0/src/io/tree.cpp (`Tree::ToString`).
 * @throws AlphaloomError MODEL_UNSUPPORTED: another objective, categorical or zero-as-missing splits, linear leaves,
 *   averaged trees; MODEL_INVALID: the text is damaged
 */
export function parseLightgbmModel(text: string): TreeModel {
  const end = text.indexOf('\nend of trees');
  if (!text.startsWith('tree\n') || end < 0) throw damaged('it does not begin with "tree" and end its trees');
  const [head = '', ...sections] = text.slice(0, end).split('\nTree=');
  const header = fieldsOf(head);
  if (header.get('version') !== 'v4')
    throw unsupported(`its version is ${header.get('version')}, known is v4`);
  if (head.includes('\naverage_output')) throw unsupported('it averages its trees (boosting=rf)');
  const [objective = 'none'] = (header.get('objective') ?? '').split(' ');
  if (objective !== 'multiclass') throw unsupported(`its objective is ${objective}, known is multiclass`);

  const features = 1 + integer(header, 'max_feature_idx');
  const classes = integer(header, 'num_class');
  if (features < 1 || classes < 2 || integer(header, 'num_tree_per_iteration') !== classes) {
    throw damaged('its numbers of features, classes and trees per round do not fit');
  }
  const trees = sections.map((section, index) => parseTree(fieldsOf(section), index, features));
  if (trees.length === 0 || trees.length % classes !== 0)
    throw damaged(`${trees.length} trees of ${classes} classes`);
  return { features, classes, trees };
}

function parseTree(fields: ReadonlyMap<string, string>, index: number, features: number): Tree {
  if (fields.get('is_linear') === '1') throw unsupported(`tree ${index} has linear leaves (linear_tree)`);
  const leaves = integer(fields, 'num_leaves');
  const splits = leaves - 1;
  const column = (name: string, length: number): number[] => {
    const values = (fields.get(name) ?? '').split(' ').filter(Boolean).map(numberOf);
    if (values.length === length && !values.some(Number.isNaN)) return values;
    throw damaged(`tree ${index} has ${values.length} values of ${name}, expected ${length} numbers`);
  };
  const tree: Tree = {
    feature: Int32Array.from(column('split_feature', splits)),
    threshold: Float64Array.from(column('threshold', splits)),
    missing: column('decision_type', splits).map(bits => missingRule(bits, index)),
    left: Int32Array.from(column('left_child', splits)),
    right: Int32Array.from(column('right_child', splits)),
    leafValue: Float64Array.from(column('leaf_value', leaves)),
  };
  requireTree(tree, index, features);
  return tree;
}

const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;

/** Bits of `decision_type`: 1 categorical, 2 default left, 4 and 8 the missing type (0 none, 1 zero, 2 NaN). */
function missingRule(bits: number, tree: number): MissingRule {
  if (bits & CATEGORICAL) throw unsupported(`tree ${tree} splits on categories`);
  const missingType = (bits >> 2) & 3;
  if (missingType === 0) return 'as-zero';
  if (missingType === 2) return bits & DEFAULT_LEFT ? 'default-left' : 'default-right';
  throw unsupported(`tree ${tree} takes zero as missing (zero_as_missing)`);
}

/** C++ writes infinities in its own way: a threshold of inf parts NaN from everything else. */
function numberOf(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** Every split and leaf but the root must be the child of exactly one split before it: then there is no cycle. */
function requireTree({ feature, left, right, leafValue }: Tree, index: number, features: number): void {
  const splits = feature.length;
  const seen = new Set<number>();
  for (let split = 0; split < splits; split += 1) {
    if (feature[split] < 0 || feature[split] >= features) {
      throw damaged(`tree ${index} splits on feature ${feature[split]} of ${features}`);
    }
    for (const child of [left[split], right[split]]) {
      const sound = child < 0 ? ~child < leafValue.length : child > split && child < splits;
      if (!sound || seen.has(child)) throw damaged(`tree ${index} has a wrong child at split ${split}`);
      seen.add(child);
    }
  }
}

function fieldsOf(section: string): Map<string, string> {
  return new Map(
    section.split('\n').flatMap(line => {
      const equals = line.indexOf('=');
      return equals < 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
    }),
  );
}

function integer(fields: ReadonlyMap<string, string>, name: string): number {
  const value = Number(fields.get(name) || Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw damaged(`${name} is ${fields.get(name)}`);
}

function unsupported(what: string): AlphaloomError {
  return new AlphaloomError('MODEL_UNSUPPORTED', `This LightGBM model can’t be exported: ${what}.`);
}

function damaged(what: string): AlphaloomError {
  return new AlphaloomError('MODEL_INVALID', `The LightGBM model is damaged: ${what}.`, { reason: 'format' });
}
