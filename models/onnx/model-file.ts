import type { Calibration } from '../../contracts/calibration.ts';
import { contractMetadata, contractSignature, type ModelContract, outputName } from './contract.ts';
import { DATA_TYPE, type NodeProto, type TensorProto } from './messages.ts';
import { encodeModel } from './schema.ts';
import type { ScoreGraph } from './score-graph.ts';

/** IR version of files here: what ONNX Runtime and the tools of the field have read for years. */
const IR_VERSION = 8;

/**
 * An ONNX file under the contract: an estimator's scores, then calibration and softmax, or the expected return as it is.
 * Same input, same bytes.
 * @param calibration null in a task without classes
 */
export function modelFile(
  graph: ScoreGraph,
  contract: ModelContract,
  calibration: Calibration | null,
): Uint8Array {
  const head =
    calibration === null
      ? returnHead(graph.scores, contract)
      : classHead(graph.scores, calibration, contract);
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: 'alphaloom',
    opsetImport: [
      { domain: '', version: graph.opset },
      ...(graph.mlOpset === undefined ? [] : [{ domain: 'ai.onnx.ml', version: graph.mlOpset }]),
    ],
    metadataProps: contractMetadata(contract),
    graph: {
      name: 'model',
      initializer: [...graph.initializers, ...head.initializers],
      node: [...graph.nodes, ...head.nodes],
      ...contractSignature(contract),
    },
  });
}

interface Head {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
}

function classHead(scores: string, { logWeights, temperature }: Calibration, contract: ModelContract): Head {
  const isPlain = temperature === 1 && logWeights.every(weight => weight === 0);
  const softmax = (input: string): NodeProto => ({
    opType: 'Softmax',
    input: [input],
    output: [outputName(contract.task)],
  });
  if (isPlain) return { nodes: [softmax(scores)], initializers: [] };
  return {
    initializers: [
      floats('log_class_weights', [logWeights.length], logWeights),
      floats('inverse_temperature', [], [1 / temperature]),
    ],
    nodes: [
      { opType: 'Sub', input: [scores, 'log_class_weights'], output: ['unweighted_scores'] },
      { opType: 'Mul', input: ['unweighted_scores', 'inverse_temperature'], output: ['calibrated_scores'] },
      softmax('calibrated_scores'),
    ],
  };
}

function returnHead(scores: string, contract: ModelContract): Head {
  const flat: TensorProto = { name: 'flat_rows', dims: [1], dataType: DATA_TYPE.int64, int64Data: [-1] };
  return {
    initializers: [flat],
    nodes: [{ opType: 'Reshape', input: [scores, flat.name!], output: [outputName(contract.task)] }],
  };
}

function floats(name: string, dims: number[], values: readonly number[]): TensorProto {
  return { name, dims, dataType: DATA_TYPE.float32, floatData: [...values] };
}
