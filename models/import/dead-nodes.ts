import type { GraphProto } from '../onnx/messages.ts';

/** The graph without what its outputs do not need. */
export function withoutDeadNodes(graph: GraphProto): GraphProto {
  const needed = new Set((graph.output ?? []).map(({ name }) => name ?? ''));
  const node = [];
  for (const one of [...(graph.node ?? [])].reverse()) {
    if (!one.output?.some(name => needed.has(name))) continue;
    node.unshift(one);
    for (const name of one.input ?? []) if (name !== '') needed.add(name);
  }
  return { ...graph, node, initializer: graph.initializer?.filter(({ name = '' }) => needed.has(name)) };
}
