import { linearGraph } from '../linear/linear-graph.ts';
import { INPUT, type ModelContract } from '../onnx/contract.ts';
import { joined, prefixed } from '../onnx/joined-graph.ts';
import { ATTRIBUTE_TYPE, DATA_TYPE, type NodeProto, type TensorProto } from '../onnx/messages.ts';
import type { ScoreGraph } from '../onnx/score-graph.ts';
import { type Combination, LEAST_PROBABILITY } from './combination.ts';

interface MemberGraph {
  readonly graph: ScoreGraph;
  readonly steps: number;
}

interface Part {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  /** What it makes. */
  readonly output: string;
}

/** The members' graphs, each on the last bars of the window that it reads, and their combination: one graph. */
export function ensembleGraph(
  members: readonly MemberGraph[],
  combination: Combination,
  contract: ModelContract,
): ScoreGraph {
  const windows = members.map(({ steps }, at) => lastBars(at, steps, contract.steps));
  const graphs = members.map(({ graph }, at) => prefixed(graph, memberPrefix(at), windows[at].output));
  const isReturn = contract.task === 'return';
  const answers = graphs.map(({ scores }, at) => (isReturn ? asIs(scores) : probabilities(at, scores)));
  const combined =
    combination.kind === 'shares'
      ? mixtureOf(answers, combination.shares, isReturn)
      : linearOf(answers, combination, isReturn);
  const after = [...answers, combined];
  return joined(
    graphs,
    windows.flatMap(({ nodes }) => nodes),
    after.flatMap(({ nodes }) => nodes),
    [...windows, ...after].flatMap(({ initializers }) => initializers),
    combined.output,
  );
}

const memberPrefix = (at: number): string => `member_${at}_`;

function lastBars(at: number, steps: number, of: number): Part {
  if (steps === of) return asIs(INPUT);
  const name = (what: string): string => `${memberPrefix(at)}window_${what}`;
  return {
    initializers: [int64(name('from'), [of - steps]), int64(name('to'), [of]), int64(name('axis'), [1])],
    nodes: [node('Slice', [INPUT, name('from'), name('to'), name('axis')], name('bars'))],
    output: name('bars'),
  };
}

function asIs(output: string): Part {
  return { nodes: [], initializers: [], output };
}

function probabilities(at: number, scores: string): Part {
  const output = `${memberPrefix(at)}probabilities`;
  const axis = [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 1 }];
  return { initializers: [], nodes: [{ ...node('Softmax', [scores], output), attribute: axis }], output };
}

/** Their weighted sum; of classes its logarithm. */
function mixtureOf(answers: readonly Part[], shares: readonly number[], isReturn: boolean): Part {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  let mixture = '';
  for (const [at, { output }] of answers.entries()) {
    initializers.push(float(`share_${at}`, shares[at]));
    nodes.push(node('Mul', [output, `share_${at}`], `part_${at}`));
    if (at > 0) nodes.push(node('Add', [mixture, `part_${at}`], `mixture_${at}`));
    mixture = at === 0 ? 'part_0' : `mixture_${at}`;
  }
  if (isReturn) return { nodes, initializers, output: mixture };
  const log = logarithmOf(mixture, 'mixture');
  return {
    nodes: [...nodes, ...log.nodes],
    initializers: [...initializers, ...log.initializers],
    output: log.output,
  };
}

/** Side by side into a linear model. */
function linearOf(
  answers: readonly Part[],
  combination: Extract<Combination, { kind: 'linear' }>,
  isReturn: boolean,
): Part {
  const logs = answers.map(({ output }, at) => (isReturn ? asIs(output) : logarithmOf(output, `log_${at}`)));
  const axis = [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 1 }];
  const inputs = logs.map(({ output }) => output);
  const concat = { ...node('Concat', inputs, 'answers'), attribute: axis };
  const linear = prefixed(linearGraph(combination), 'stack_', 'answers');
  return {
    nodes: [...logs.flatMap(({ nodes }) => nodes), concat, ...linear.nodes],
    initializers: [...logs.flatMap(({ initializers }) => initializers), ...linear.initializers],
    output: linear.scores,
  };
}

function logarithmOf(probability: string, name: string): Part {
  return {
    initializers: [float(`${name}_least`, LEAST_PROBABILITY)],
    nodes: [
      node('Max', [probability, `${name}_least`], `${name}_bounded`),
      node('Log', [`${name}_bounded`], `${name}_logarithm`),
    ],
    output: `${name}_logarithm`,
  };
}

function node(opType: string, input: string[], output: string): NodeProto {
  return { opType, input, output: [output] };
}

function float(name: string, value: number): TensorProto {
  return { name, dims: [], dataType: DATA_TYPE.float32, floatData: [value] };
}

function int64(name: string, values: number[]): TensorProto {
  return { name, dims: [values.length], dataType: DATA_TYPE.int64, int64Data: values };
}
