import type { ModelProto, NodeProto } from '../onnx/messages.ts';
import type { StoredWeight } from './weights.ts';

export interface RewrittenModel {
  readonly model: ModelProto;
  /** Weights whose every use was rewritten: their float32 constants are gone. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * Puts other nodes and constants in the place of those that use a weight, one after the other.
 * @param weights names of constants that may go
 * @param rewrite what takes the place of a node, or null to leave it; a node that shares a weight is left too
 */
export function replaceWeights(
  model: ModelProto,
  weights: readonly string[],
  rewrite: (node: NodeProto) => StoredWeight | null,
): RewrittenModel {
  const graph = model.graph!;
  const uses = countUses(graph.node ?? []);
  const replaceable = new Set(weights);
  const replaced = new Set<string>();
  const rewritten = (graph.node ?? []).map(node => {
    const own = (node.input ?? []).filter(name => replaceable.has(name));
    const result = own.length > 0 && own.every(name => uses.get(name) === 1) ? rewrite(node) : null;
    if (result) for (const name of own) replaced.add(name);
    return result ?? { tensors: [], nodes: [node] };
  });
  const kept = (graph.initializer ?? []).filter(({ name = '' }) => !replaced.has(name));
  return {
    replaced,
    model: {
      ...model,
      graph: {
        ...graph,
        initializer: [...kept, ...rewritten.flatMap(({ tensors }) => tensors)],
        node: rewritten.flatMap(({ nodes }) => nodes),
      },
    },
  };
}

/** Version of the default domain's operators. */
export function defaultOpset({ opsetImport }: ModelProto): number {
  return opsetImport?.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0;
}

function countUses(nodes: readonly NodeProto[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const name of nodes.flatMap(({ input }) => input ?? [])) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
