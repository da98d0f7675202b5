import { ALLOWED_OPERATORS } from '../onnx/allowed-operators.ts';
import { foldConstants } from '../onnx/constant-folding.ts';
import { INPUT } from '../onnx/contract.ts';
import { requirePlainGraph } from '../onnx/graph-checks.ts';
import { invalidModel } from '../onnx/invalid-model.ts';
import { prefixed } from '../onnx/joined-graph.ts';
import { ATTRIBUTE_TYPE, type ModelProto, type NodeProto, type TensorProto } from '../onnx/messages.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { float32Tensor, int64Tensor } from '../onnx/tensor-values.ts';
import { withoutDeadNodes } from './dead-nodes.ts';
import type { ForeignModel } from './foreign-model.ts';
import { lowerClassical } from './lowering.ts';
import { withoutZeroStates } from './zero-states.ts';

/** Smallest probability whose logarithm is taken. */
export const LEAST_PROBABILITY = 1e-30;

/** What stands before every name of the imported graph. */
const PREFIX = 'imported_';

/**
 * The imported model as part of a file under the contract: its features chosen by name from the window, its columns in the
 * order of the classes, probabilities as their logarithms.
 * @param featureNames of the window, in its order
 * @throws AlphaloomError MODEL_INVALID
 */
export async function importedGraph(
  foreign: ForeignModel,
  featureNames: readonly string[],
): Promise<ScoreGraph> {
  const model = await inAllowedOperators(foreign);
  const graph = model.graph!;
  const window = adaptWindow(foreign, featureOrder(foreign, featureNames));
  const scores = adaptScores(foreign);
  const own = prefixed(
    {
      nodes: graph.node ?? [],
      initializers: graph.initializer ?? [],
      scores: foreign.output,
      opset: foreign.opset,
      ...(foreign.mlOpset !== null && { mlOpset: foreign.mlOpset }),
    },
    PREFIX,
    `${PREFIX}${INPUT}`,
  );
  return {
    ...own,
    nodes: [...window.nodes, ...own.nodes, ...scores.nodes],
    initializers: [...window.initializers, ...own.initializers, ...scores.initializers],
    scores: SCORES,
  };
}

/**
 * Which feature of the window each of the model's own is.
 * @throws AlphaloomError MODEL_INVALID (input) where it has others
 */
export function featureOrder(
  { features, featureNames: own }: ForeignModel,
  offered: readonly string[],
): number[] {
  if (own === null && features === offered.length) return [...offered.keys()];
  const missing = own?.filter(name => !offered.includes(name)) ?? [];
  if (own !== null && missing.length === 0) return own.map(name => offered.indexOf(name));
  throw invalidModel(
    'input',
    own === null
      ? `it takes ${features} features, the recipe has ${offered.length}: ${offered.slice(0, 20).join(', ')}; use a recipe with the features it was trained on, in their order`
      : `the recipe lacks features that it names: ${missing.slice(0, 20).join(', ')}`,
    { features, offered, missing },
  );
}

async function inAllowedOperators({ model, opset }: ForeignModel): Promise<ModelProto> {
  const lowered = withoutZeroStates(lowerClassical(model.graph!, opset));
  const folded = await foldConstants({ ...model, graph: withoutDeadNodes(lowered) });
  const graph = withoutDeadNodes(folded.graph!);
  const reduced = { ...folded, graph };
  requirePlainGraph(reduced, graph, ALLOWED_OPERATORS);
  return reduced;
}

interface Adapter {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
}

function adaptWindow({ input, inputRank, features }: ForeignModel, order: readonly number[]): Adapter {
  const own = `${PREFIX}${input}`;
  const shape = int64Tensor('import_rows', inputRank === 2 ? [-1, features] : [0, 0, features]);
  const indices = int64Tensor('import_features', order);
  return {
    initializers: [indices, shape],
    nodes: [
      {
        opType: 'Gather',
        input: [INPUT, indices.name!],
        output: ['import_chosen'],
        attribute: [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 2 }],
      },
      { opType: 'Reshape', input: ['import_chosen', shape.name!], output: [own] },
    ],
  };
}

const SCORES = 'import_scores';

function adaptScores({ output, answers, columns }: ForeignModel): Adapter {
  const own = `${PREFIX}${output}`;
  if (answers === 'returns') {
    const shape = int64Tensor('import_returns', [-1, 1]);
    return {
      initializers: [shape],
      nodes: [{ opType: 'Reshape', input: [own, shape.name!], output: [SCORES] }],
    };
  }
  const indices = int64Tensor('import_columns', columns);
  const least = float32Tensor('import_least', [], Float32Array.of(LEAST_PROBABILITY));
  const ordered = answers === 'logits' ? SCORES : 'import_ordered';
  const gather: NodeProto = {
    opType: 'Gather',
    input: [own, indices.name!],
    output: [ordered],
    attribute: [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 1 }],
  };
  if (answers === 'logits') return { initializers: [indices], nodes: [gather] };
  return {
    initializers: [indices, least],
    nodes: [
      gather,
      { opType: 'Max', input: [ordered, least.name!], output: ['import_positive'] },
      { opType: 'Log', input: ['import_positive'], output: [SCORES] },
    ],
  };
}
