import { INPUT, type ModelContract } from '../onnx/contract.ts';
import { joined, prefixed } from '../onnx/joined-graph.ts';
import { ATTRIBUTE_TYPE, DATA_TYPE, type NodeProto, type TensorProto } from '../onnx/messages.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';

interface MemberGraph {
  readonly graph: ScoreGraph;
  readonly steps: number;
}

/** Smallest probability whose logarithm is taken. */
export const LEAST_PROBABILITY = 1e-30;

/**
 * The members' graphs on the last bars of the window that each reads, their probabilities (or returns) mixed in the given
 * shares, as scores: logarithms of the mixture.
 */
export function ensembleGraph(
  members: readonly MemberGraph[],
  weights: readonly number[],
  contract: ModelContract,
): ScoreGraph {
  const slices: NodeProto[] = [];
  const nodes: NodeProto[] = [];
  const constants: TensorProto[] = [];
  const isReturn = contract.task === 'return';
  const graphs = members.map(({ graph, steps }, at) => {
    const prefix = `member_${at}_`;
    const window = `${prefix}window`;
    if (steps < contract.steps) {
      constants.push(
        int64(`${prefix}from`, [contract.steps - steps]),
        int64(`${prefix}to`, [contract.steps]),
      );
      constants.push(int64(`${prefix}axis`, [1]));
      slices.push({
        opType: 'Slice',
        input: [INPUT, `${prefix}from`, `${prefix}to`, `${prefix}axis`],
        output: [window],
      });
    }
    return prefixed(graph, prefix, steps < contract.steps ? window : INPUT);
  });

  const shares = graphs.map(({ scores }, at) => {
    const prefix = `share_${at}`;
    constants.push({
      name: `${prefix}_weight`,
      dims: [],
      dataType: DATA_TYPE.float32,
      floatData: [weights[at]],
    });
    if (!isReturn) {
      nodes.push({
        opType: 'Softmax',
        input: [scores],
        output: [`${prefix}_probabilities`],
        attribute: [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 1 }],
      });
    }
    const answer = isReturn ? scores : `${prefix}_probabilities`;
    nodes.push({ opType: 'Mul', input: [answer, `${prefix}_weight`], output: [prefix] });
    return prefix;
  });
  let mixture = shares[0];
  for (const [at, share] of shares.entries()) {
    if (at === 0) continue;
    nodes.push({ opType: 'Add', input: [mixture, share], output: [`mixture_${at}`] });
    mixture = `mixture_${at}`;
  }
  if (isReturn) return joined(graphs, slices, nodes, constants, mixture);
  constants.push({
    name: 'least_probability',
    dims: [],
    dataType: DATA_TYPE.float32,
    floatData: [LEAST_PROBABILITY],
  });
  nodes.push(
    { opType: 'Max', input: [mixture, 'least_probability'], output: ['mixture_bounded'] },
    { opType: 'Log', input: ['mixture_bounded'], output: ['mixture_scores'] },
  );
  return joined(graphs, slices, nodes, constants, 'mixture_scores');
}

function int64(name: string, values: number[]): TensorProto {
  return { name, dims: [values.length], dataType: DATA_TYPE.int64, int64Data: values };
}
