import { INPUT } from './contract.ts';
import type { NodeProto, TensorProto } from './messages.ts';
import type { ScoreGraph } from './score-graph.ts';

/**
 * The same graph with every name behind a prefix, reading its window from the tensor `input`, so that several can stand in
 * one file.
 */
export function prefixed(graph: ScoreGraph, prefix: string, input: string): ScoreGraph {
  const renamed = (name: string): string => {
    if (name === '') return name;
    return name === INPUT ? input : `${prefix}${name}`;
  };
  return {
    ...graph,
    nodes: graph.nodes.map(node => renameNode(node, renamed)),
    initializers: graph.initializers.map(tensor => ({ ...tensor, name: renamed(tensor.name ?? '') })),
    scores: renamed(graph.scores),
  };
}

/** Several graphs as one, with the nodes before and after them and the constants that join them. */
export function joined(
  graphs: readonly ScoreGraph[],
  before: readonly NodeProto[],
  after: readonly NodeProto[],
  initializers: readonly TensorProto[],
  scores: string,
): ScoreGraph {
  const mlOpsets = graphs.flatMap(({ mlOpset }) => (mlOpset === undefined ? [] : [mlOpset]));
  return {
    nodes: [...before, ...graphs.flatMap(graph => graph.nodes), ...after],
    initializers: [...graphs.flatMap(graph => graph.initializers), ...initializers],
    scores,
    opset: Math.max(...graphs.map(({ opset }) => opset)),
    ...(mlOpsets.length > 0 && { mlOpset: Math.max(...mlOpsets) }),
  };
}

function renameNode(node: NodeProto, renamed: (name: string) => string): NodeProto {
  return {
    ...node,
    ...(node.name && { name: renamed(node.name) }),
    input: node.input?.map(renamed),
    output: node.output?.map(renamed),
  };
}
