import { TASK_CLASSES, type Task } from '../../contracts/tasks.ts';
import type { ImportOptions } from '../../contracts/training.ts';
import { ALLOWED_OPERATORS, domainOf } from '../onnx/allowed-operators.ts';
import { requirePlainGraph } from '../onnx/graph-checks.ts';
import { invalidModel } from '../onnx/invalid-model.ts';
import {
  DATA_TYPE,
  type GraphProto,
  type ModelProto,
  type OperatorSetId,
  type ValueInfoProto,
} from '../onnx/messages.ts';
import { decodeModel } from '../onnx/schema.ts';
import { columnOrder, findClassLabels } from './class-labels.ts';
import { withoutDeadNodes } from './dead-nodes.ts';

/** A model made elsewhere, reduced to what leads from its input to the output that is used. */
export interface ForeignModel {
  readonly model: ModelProto;
  readonly input: string;
  /** `[batch, steps, features]`, or `[batch, features]`. */
  readonly inputRank: 2 | 3;
  /** Whether it takes only one row at a time. */
  readonly singleRow: boolean;
  readonly steps: number;
  readonly features: number;
  /** The features it names itself, in its own order. */
  readonly featureNames: readonly string[] | null;
  readonly output: string;
  readonly answers: 'probabilities' | 'logits' | 'returns';
  /** For each class of the task, the column of the output. */
  readonly columns: readonly number[];
  /** Where the order of the columns comes from, for people. */
  readonly columnsFrom: string;
  readonly opset: number;
  readonly mlOpset: number | null;
}

/** Operators that are replaced when a model is imported, beside those that may stay. */
const FOREIGN_OPERATORS: Readonly<Record<string, ReadonlySet<string>>> = {
  '': ALLOWED_OPERATORS[''].union(new Set(['ConstantOfShape', 'Expand'])),
  'ai.onnx.ml': ALLOWED_OPERATORS['ai.onnx.ml'].union(
    new Set(['Scaler', 'Imputer', 'Normalizer', 'LinearClassifier', 'LinearRegressor']),
  ),
  'com.microsoft': ALLOWED_OPERATORS['com.microsoft'],
};

/** The first whose operators broadcast and pool as today's do. */
const MIN_OPSET = 9;

/**
 * Reads a file that was made elsewhere, without running anything of it.
 * @throws AlphaloomError MODEL_INVALID with what to do about it
 */
export function readForeignModel(bytes: Uint8Array, task: Task, options: ImportOptions): ForeignModel {
  const whole = decode(bytes);
  const graph = whole.graph;
  if (!graph) throw invalidModel('format', 'it holds no graph');
  refuseZipMap(graph);
  const opset = opsetOf(whole, '');
  if (opset === null || opset < MIN_OPSET)
    throw invalidModel(
      'domain',
      `its operators are of version ${opset}; export it with version ${MIN_OPSET} or newer`,
    );
  const output = chooseOutput(graph, options.output);
  const labels = options.classes ?? findClassLabels(graph, output.name!, whole.metadataProps ?? []);
  const reduced = withoutDeadNodes({ ...graph, output: [output] });
  const model = { ...whole, opsetImport: usedOpsets(whole, reduced), graph: reduced };
  requirePlainGraph(model, model.graph, FOREIGN_OPERATORS);
  const input = readInput(model.graph, whole.metadataProps ?? [], options.steps);
  const order = columnOrder(labels, TASK_CLASSES[task]);
  requireColumns(output, task);
  return {
    model,
    ...input,
    output: output.name!,
    answers: task === 'return' ? 'returns' : options.logits ? 'logits' : 'probabilities',
    columns: order,
    columnsFrom: columnsFrom(options, labels),
    opset,
    mlOpset: opsetOf(model, 'ai.onnx.ml'),
  };
}

function columnsFrom({ classes }: ImportOptions, labels: readonly unknown[] | null): string {
  if (classes) return 'as said';
  return labels ? 'as the file says' : 'taken to be in this order';
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidModel('format', `it is truncated or not an ONNX file (${why})`, {}, error);
  }
}

/** Converters name a domain twice, and domains that nothing is left of. */
function usedOpsets({ opsetImport = [] }: ModelProto, { node = [] }: GraphProto): OperatorSetId[] {
  const used = new Set(['', ...node.map(({ domain }) => domainOf(domain))]);
  const versions = new Map(opsetImport.map(({ domain, version }) => [domainOf(domain), version]));
  return [...versions]
    .filter(([domain]) => used.has(domain))
    .map(([domain, version]) => ({ domain, version }));
}

function refuseZipMap({ node = [] }: GraphProto): void {
  if (!node.some(({ opType }) => opType === 'ZipMap')) return;
  throw invalidModel(
    'output',
    "it answers with a list of dictionaries (ZipMap); convert it again with options={'zipmap': False}",
  );
}

function chooseOutput({ output = [] }: GraphProto, wanted: string | null): ValueInfoProto {
  const floats = output.filter(({ type }) => type?.tensorType?.elemType === DATA_TYPE.float32);
  const names = floats.map(({ name }) => name).join(', ') || 'none';
  const found = wanted === null ? floats : floats.filter(({ name }) => name === wanted);
  if (found.length === 1) return found[0];
  throw invalidModel(
    'output',
    wanted === null
      ? `it must have one float32 output of answers, got ${names}; name one with --output, or export it in float32`
      : `it has no float32 output ${JSON.stringify(wanted)}; there are: ${names}`,
    { outputs: output.map(({ name }) => name) },
  );
}

function requireColumns({ type, name }: ValueInfoProto, task: Task): void {
  const dims = type?.tensorType?.shape?.dim?.map(({ dimValue }) => dimValue ?? null) ?? null;
  const expected = task === 'return' ? 1 : TASK_CLASSES[task].length;
  const width = dims?.[1] ?? null;
  const fits = dims === null || (dims.length === 2 && (width === null || width === expected));
  if (fits || (task === 'return' && dims?.length === 1)) return;
  throw invalidModel(
    'output',
    `its output ${name} must be [batch, ${expected}] for the task ${task}, got [${dims.map(dim => dim ?? '?').join(', ')}]`,
    { expected, got: dims },
  );
}

type InputFacts = Pick<
  ForeignModel,
  'input' | 'inputRank' | 'singleRow' | 'steps' | 'features' | 'featureNames'
>;

function readInput(
  { input = [], initializer = [] }: GraphProto,
  metadata: NonNullable<ModelProto['metadataProps']>,
  wantedSteps: number | null,
): InputFacts {
  const constants = new Set(initializer.map(({ name }) => name));
  const fed = input.filter(({ name }) => !constants.has(name));
  const [only] = fed;
  const tensor = only?.type?.tensorType;
  const dims = tensor?.shape?.dim?.map(({ dimValue }) => dimValue || null) ?? [];
  const isRank = dims.length === 2 || dims.length === 3;
  if (fed.length !== 1 || tensor?.elemType !== DATA_TYPE.float32 || !isRank) {
    throw invalidModel(
      'input',
      `it must have one float32 input [batch, steps, features] or [batch, features], got ${fed.length} inputs, the first of type ${tensor?.elemType ?? 'unknown'} [${dims.map(dim => dim ?? '?').join(', ')}]`,
      { inputs: fed.map(({ name }) => name) },
    );
  }
  const said = (key: string): string | undefined => metadata.find(entry => entry.key === key)?.value;
  const steps = dims.length === 2 ? 1 : (dims[1] ?? wantedSteps ?? (Number(said('steps')) || null));
  if (steps === null)
    throw invalidModel('input', 'it does not say how many bars a window has; say it with --steps');
  if (wantedSteps !== null && wantedSteps !== steps)
    throw invalidModel('input', `its windows have ${steps} bars, not ${wantedSteps}; leave out --steps`);
  const features = dims[dims.length - 1];
  if (!features) throw invalidModel('input', 'its number of features varies; export it with a fixed one');
  if (dims[0] !== null && dims[0] !== 1)
    throw invalidModel('input', `it takes exactly ${dims[0]} rows; export it with a dynamic first dimension`);
  const names = said('feature_names');
  return {
    input: only.name!,
    inputRank: dims.length as 2 | 3,
    singleRow: dims[0] === 1,
    steps,
    features,
    featureNames: names === undefined ? null : parseNames(names, features),
  };
}

function parseNames(json: string, features: number): string[] {
  let names: unknown;
  try {
    names = JSON.parse(json);
  } catch (error) {
    throw invalidModel('metadata', 'its feature_names are not JSON', {}, error);
  }
  if (isDistinctNames(names) && names.length === features) return names;
  throw invalidModel('metadata', `its feature_names must be ${features} distinct names`, {
    got: json.slice(0, 80),
  });
}

function isDistinctNames(list: unknown): list is string[] {
  return (
    Array.isArray(list) &&
    list.every(name => typeof name === 'string') &&
    new Set(list as string[]).size === list.length
  );
}

function opsetOf({ opsetImport }: ModelProto, domain: string): number | null {
  return opsetImport?.find(entry => domainOf(entry.domain) === domain)?.version ?? null;
}
