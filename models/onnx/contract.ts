import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import { invalidModel } from './invalid-model.ts';
import { DATA_TYPE, type GraphProto, type StringStringEntry, type ValueInfoProto } from './messages.ts';

/** The name of the input that every model has. */
export const INPUT = 'window';
/** The name of the second one, that a model has which was trained to trade. */
export const PORTFOLIO_INPUT = 'portfolio';

/** The name of its one output: probabilities of the task's classes, or the expected log return. */
export function outputName(task: Task): 'probabilities' | 'expected_return' {
  return task === 'return' ? 'expected_return' : 'probabilities';
}

/** What every model says of itself in its metadata: how to feed it and how to read its answer. */
export interface ModelContract {
  /** In the order of the input's last dimension. */
  readonly featureNames: readonly string[];
  readonly schemaHash: string;
  /** Bars in a window; 1 for tabular models. */
  readonly steps: number;
  readonly task: Task;
  /** In the order of the output's columns; none in the task `return`. */
  readonly classes: readonly string[];
  /**
   * Only of a model that looks at the account too: what the numbers of its input `portfolio` are, in their order. All are 0
   * of a flat account.
   */
  readonly portfolio?: readonly string[];
  readonly packageId: string;
}

/** How a model is run so that no row sees another; a file that does not say is run as a whole. */
export const SERVINGS = ['whole-batch', 'row-by-row'] as const;
export type Serving = (typeof SERVINGS)[number];
const SERVING_KEY = 'serving';

const MAX_STEPS = 10_000;
const MAX_PORTFOLIO = 64;

/** `metadata_props` that say the contract; `readContract` is its inverse. */
export function contractMetadata(contract: ModelContract): StringStringEntry[] {
  return [
    { key: 'schema_hash', value: contract.schemaHash },
    { key: 'feature_names', value: JSON.stringify(contract.featureNames) },
    { key: 'steps', value: String(contract.steps) },
    { key: 'task', value: contract.task },
    { key: 'classes', value: JSON.stringify(contract.classes) },
    ...(contract.portfolio ? [{ key: 'portfolio', value: JSON.stringify(contract.portfolio) }] : []),
    { key: 'package_id', value: contract.packageId },
  ];
}

/** The same metadata with the way of running. */
export function withServing(entries: readonly StringStringEntry[], serving: Serving): StringStringEntry[] {
  const others = entries.filter(({ key }) => key !== SERVING_KEY);
  return serving === 'whole-batch' ? others : [...others, { key: SERVING_KEY, value: serving }];
}

/** @throws AlphaloomError MODEL_INVALID (metadata) */
export function readServing(entries: readonly StringStringEntry[]): Serving {
  const said = entries.find(({ key }) => key === SERVING_KEY)?.value;
  if (said === undefined) return 'whole-batch';
  const serving = SERVINGS.find(candidate => candidate === said);
  if (serving) return serving;
  throw invalidModel('metadata', `serving must be ${SERVINGS.join(' or ')}, got ${said.slice(0, 80)}`, {
    key: SERVING_KEY,
    got: said.slice(0, 80),
  });
}

/**
 * The graph's inputs and outputs under the contract: `window` [batch, steps, features], and `portfolio` [batch, numbers] where
 * the contract has one → `probabilities` [batch, classes], or `expected_return` [batch].
 */
export function contractSignature(contract: ModelContract): {
  input: ValueInfoProto[];
  output: ValueInfoProto[];
} {
  return {
    input: [
      floatTensor(INPUT, [contract.steps, contract.featureNames.length]),
      ...(contract.portfolio ? [floatTensor(PORTFOLIO_INPUT, [contract.portfolio.length])] : []),
    ],
    output: [
      floatTensor(outputName(contract.task), contract.task === 'return' ? [] : [contract.classes.length]),
    ],
  };
}

/** @throws AlphaloomError MODEL_INVALID (metadata) */
export function readContract(entries: readonly StringStringEntry[]): ModelContract {
  const metadata = new Map(entries.map(({ key, value }) => [key ?? '', value ?? '']));
  if (metadata.size !== entries.length) throw invalidModel('metadata', 'a metadata key stands in it twice');
  const text = (key: string): string => {
    const value = metadata.get(key);
    if (value) return value;
    throw invalidModel('metadata', `its metadata lack ${key}`, { key });
  };
  const task = text('task');
  const classes = task === 'return' ? [] : names('classes', text('classes'));
  if (!isTask(task) || TASK_CLASSES[task].join() !== classes.join()) {
    throw invalidModel(
      'metadata',
      `task ${task} with the classes ${classes.join(', ')} is none of Alphaloom’s`,
      {
        task,
        classes,
      },
    );
  }
  const steps = Number(text('steps'));
  if (!Number.isInteger(steps) || steps < 1 || steps > MAX_STEPS) {
    throw invalidModel('metadata', `steps must be an integer from 1 to ${MAX_STEPS}, got ${text('steps')}`, {
      steps,
    });
  }
  const featureNames = names('feature_names', text('feature_names'));
  return {
    featureNames,
    schemaHash: text('schema_hash'),
    steps,
    task,
    classes,
    ...(metadata.has('portfolio') && { portfolio: portfolioNames(text('portfolio')) }),
    packageId: text('package_id'),
  };
}

/**
 * The graph's inputs and outputs must be those of its contract.
 * @throws AlphaloomError MODEL_INVALID (input, output)
 */
export function requireSignature(graph: GraphProto, contract: ModelContract): void {
  const expected = contractSignature(contract);
  for (const side of ['input', 'output'] as const) {
    const wanted = describe(expected[side]);
    const got = describe(graph[side] ?? []);
    if (got === wanted) continue;
    throw invalidModel(side, `its ${side} must be ${wanted}, got ${got}`, { expected: wanted, got });
  }
}

function isTask(task: string): task is Task {
  return Object.hasOwn(TASK_CLASSES, task);
}

function portfolioNames(json: string): string[] {
  const list = names('portfolio', json);
  if (list.length <= MAX_PORTFOLIO) return list;
  throw invalidModel('metadata', `portfolio may name ${MAX_PORTFOLIO} numbers, got ${list.length}`, {
    key: 'portfolio',
    got: list.length,
  });
}

function names(key: string, json: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch (error) {
    throw invalidModel('metadata', `${key} is not JSON`, { key, got: json.slice(0, 80) }, error);
  }
  const isList =
    Array.isArray(list) && list.length > 0 && list.every(name => typeof name === 'string' && name !== '');
  if (!isList || new Set(list as string[]).size !== (list as string[]).length) {
    throw invalidModel('metadata', `${key} must be a list of distinct names`, {
      key,
      got: json.slice(0, 80),
    });
  }
  return list as string[];
}

function floatTensor(name: string, fixed: readonly number[]): ValueInfoProto {
  const dim = [{ dimParam: 'batch' }, ...fixed.map(dimValue => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: DATA_TYPE.float32, shape: { dim } } } };
}

/** `window float32 [batch, 1, 15]`; whatever a varying first dimension is called. */
function describe(values: readonly ValueInfoProto[]): string {
  const one = ({ name, type }: ValueInfoProto): string => {
    const tensor = type?.tensorType;
    const elements =
      tensor?.elemType === DATA_TYPE.float32 ? 'float32' : `type ${tensor?.elemType ?? 'unknown'}`;
    const dims = tensor?.shape?.dim?.map(({ dimValue }, at) => dimValue || (at === 0 ? 'batch' : '?'));
    return `${name} ${elements} [${dims?.join(', ') ?? ''}]`;
  };
  return values.slice(0, 5).map(one).join('; ') || 'nothing';
}
