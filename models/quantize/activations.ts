import { DATA_TYPE, type GraphProto, type ModelProto, type NodeProto } from '../onnx/messages.ts';
import { findWeights, isPlainProduct, type Weight } from './weights.ts';

/** What of a graph can be computed in integers by scales that are known beforehand. */
export interface IntegerPlan {
  /** Layers with the weight of each. */
  readonly layers: ReadonlyMap<NodeProto, Weight>;
  /** Activations to be rounded to 8 bits: what goes into these layers, and what comes out of them. */
  readonly rounded: ReadonlySet<string>;
  /** Those that come out: every other user reads them rounded. */
  readonly answers: ReadonlySet<string>;
  /** The activation whose range a rounded one takes: that of its values before they were only moved about. */
  rangeOf(activation: string): string;
}

/** They hand on values as they are: the range before is the range after, and integers pass through unharmed. */
const MOVES = new Set(['MaxPool', 'Reshape', 'Flatten', 'Transpose', 'Squeeze', 'Unsqueeze', 'Identity']);

/**
 * Convolutions and dense layers whose weight is theirs alone, whose bias is constant, and whose answer is not the graph's.
 * What they answer is rounded too (after a ReLU, which then vanishes in the rounding): only then is all of the layer done
 * in integers, and a row's answer the same in every batch.
 */
export function planIntegers({ graph }: ModelProto): IntegerPlan {
  const { node: nodes = [], output: outputs = [] } = graph!;
  const weights = new Map(findWeights(graph!).map(weight => [weight.tensor.name, weight]));
  const makers = new Map(nodes.flatMap(node => (node.output ?? []).map(name => [name, node] as const)));
  const users = usersOf(nodes);
  const isAnswer = (name: string): boolean => outputs.some(output => output.name === name);

  /** Where a layer's answer is rounded. */
  const roundedAt = (layer: NodeProto): string => {
    const [out] = layer.output!;
    const [user, ...others] = users.get(out) ?? [];
    return others.length === 0 && user?.opType === 'Relu' ? user.output![0] : out;
  };
  const isLayer = (node: NodeProto): boolean => {
    const weight = weights.get(node.input?.[1] ?? '');
    const kind = node.opType === 'Conv' || (weight !== undefined && isPlainProduct(node, weight));
    return (
      !node.domain &&
      weight !== undefined &&
      kind &&
      users.get(weight.tensor.name)?.length === 1 &&
      hasPlainBias(node, graph!) &&
      !isAnswer(roundedAt(node))
    );
  };
  const layers = new Map(nodes.filter(isLayer).map(node => [node, weights.get(node.input![1])!]));
  const rangeOf = (name: string): string => {
    const maker = makers.get(name);
    return maker && !maker.domain && MOVES.has(maker.opType!) ? rangeOf(maker.input![0]) : name;
  };
  const answered = [...layers.keys()].map(roundedAt);
  return {
    layers,
    rounded: new Set([...[...layers.keys()].map(({ input }) => input![0]), ...answered]),
    answers: new Set(answered),
    rangeOf,
  };
}

/** None, or a float32 constant. */
function hasPlainBias({ input }: NodeProto, { initializer }: GraphProto): boolean {
  const bias = input?.[2];
  if (!bias) return true;
  const tensor = initializer?.find(({ name }) => name === bias);
  return tensor?.dataType === DATA_TYPE.float32 && tensor.dims?.length === 1;
}

function usersOf(nodes: readonly NodeProto[]): Map<string, NodeProto[]> {
  const users = new Map<string, NodeProto[]>();
  for (const node of nodes) {
    for (const name of node.input ?? []) users.set(name, [...(users.get(name) ?? []), node]);
  }
  return users;
}
