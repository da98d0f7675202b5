import { branchThreshold } from './branch-threshold.ts';
import { modelErrors, requireTree, type Tree, type TreeModel } from './tree-model.ts';

const { unsupported, damaged } = modelErrors('LightGBM');

/** Objectives by LightGBM's name: whether its one score is that of the second of two classes. */
const OBJECTIVES: Readonly<Record<string, 'classes' | 'second-class' | 'value'>> = {
  multiclass: 'classes',
  'binary sigmoid:1': 'second-class',
  regression: 'value',
  regression_l1: 'value',
  huber: 'value',
};

/**
 * Reads LightGBM's text model (version v4). Averaged trees (`boosting=rf`) come out divided by their rounds, a model of two
 * classes with the scores 0 and s.
 * Format: https://github.com/lightgbm-org/LightGBM/blob/v4.7.0/src/io/tree.cpp (`Tree::ToString`).
 * @throws AlphaloomError MODEL_UNSUPPORTED: another objective, categorical or zero-as-missing splits, linear leaves;
 *   MODEL_INVALID: the text is damaged
 */
export function parseLightgbmModel(text: string): TreeModel {
  const end = text.indexOf('\nend of trees');
  if (!text.startsWith('tree\n') || end < 0) throw damaged('it does not begin with "tree" and end its trees');
  const [head = '', ...sections] = text.slice(0, end).split('\nTree=');
  const header = fieldsOf(head);
  if (header.get('version') !== 'v4')
    throw unsupported(`its version is ${header.get('version')}, known is v4`);
  const features = 1 + integer(header, 'max_feature_idx');
  const perRound = integer(header, 'num_tree_per_iteration');
  const { outputs, firstOutput } = outputsOf(header, perRound);
  if (features < 1 || sections.length === 0 || sections.length % perRound !== 0) {
    throw damaged(`${sections.length} trees of ${perRound} per round on ${features} features`);
  }
  const rounds = sections.length / perRound;
  const scale = averagesTrees(head) ? 1 / rounds : 1;
  const trees = sections.map((section, index) =>
    parseTree(fieldsOf(section), index, features, firstOutput + (index % perRound), scale),
  );
  return { features, outputs, goesLeft: 'at-most', precision: 'float64', trees };
}

/** Whether a model, or its head, says that its scores are means over its rounds. */
export function averagesTrees(text: string): boolean {
  return /^average_output$/m.test(text);
}

/** Scores per row, and the one that the first tree of a round adds to. */
function outputsOf(
  header: ReadonlyMap<string, string>,
  perRound: number,
): { outputs: number; firstOutput: number } {
  const classes = integer(header, 'num_class');
  const objective = (header.get('objective') ?? 'none').replace(/ num_class:\d+$/, '');
  const kind = Object.hasOwn(OBJECTIVES, objective) ? OBJECTIVES[objective] : undefined;
  if (!kind) {
    throw unsupported(`its objective is ${objective}, known are ${Object.keys(OBJECTIVES).join(', ')}`);
  }
  const sound = kind === 'classes' ? classes >= 2 && perRound === classes : classes === 1 && perRound === 1;
  if (!sound) throw damaged('its numbers of classes and trees per round do not fit');
  if (kind === 'second-class') return { outputs: 2, firstOutput: 1 };
  return { outputs: perRound, firstOutput: 0 };
}

function parseTree(
  fields: ReadonlyMap<string, string>,
  index: number,
  features: number,
  output: number,
  scale: number,
): Tree {
  if (fields.get('is_linear') === '1') throw unsupported(`tree ${index} has linear leaves (linear_tree)`);
  const leaves = integer(fields, 'num_leaves');
  const splits = leaves - 1;
  const column = (name: string, length: number): number[] => {
    const values = (fields.get(name) ?? '').split(' ').filter(Boolean).map(numberOf);
    if (values.length === length && !values.some(Number.isNaN)) return values;
    throw damaged(`tree ${index} has ${values.length} values of ${name}, expected ${length} numbers`);
  };
  const threshold = Float64Array.from(column('threshold', splits), branchThreshold);
  const tree: Tree = {
    output,
    feature: Int32Array.from(column('split_feature', splits)),
    threshold,
    missingLeft: Uint8Array.from(column('decision_type', splits), (bits, split) =>
      Number(missingGoesLeft(bits, threshold[split], index)),
    ),
    left: Int32Array.from(column('left_child', splits)),
    right: Int32Array.from(column('right_child', splits)),
    leafValue: Float64Array.from(column('leaf_value', leaves), value => value * scale),
    splitCover: Float64Array.from(column('internal_count', splits)),
    // Of a tree of one leaf LightGBM does not say it.
    leafCover: Float64Array.from(splits === 0 ? [1] : column('leaf_count', leaves)),
  };
  requireTree(tree, index, features, damaged);
  return tree;
}

const CATEGORICAL = 1;
const DEFAULT_LEFT = 2;

/**
 * Bits of `decision_type`: 1 categorical, 2 default left, 4 and 8 the missing type: 0 none (NaN is read as 0.0), 1 zero,
 * 2 NaN (takes the default direction).
 */
function missingGoesLeft(bits: number, threshold: number, tree: number): boolean {
  if (bits & CATEGORICAL) throw unsupported(`tree ${tree} splits on categories`);
  const missingType = (bits >> 2) & 3;
  if (missingType === 0) return threshold >= 0;
  if (missingType === 2) return (bits & DEFAULT_LEFT) !== 0;
  throw unsupported(`tree ${tree} takes zero as missing (zero_as_missing)`);
}

/** C++ writes infinities in its own way: a threshold of inf parts NaN from everything else. */
function numberOf(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
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
