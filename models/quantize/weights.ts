import { DATA_TYPE, type GraphProto, type NodeProto, type TensorProto } from '../onnx/messages.ts';
import { elementCount, float32Values } from '../onnx/tensor-values.ts';

/** A constant matrix that an operator multiplies its input with. */
export interface Weight {
  readonly tensor: TensorProto & { readonly name: string; readonly dims: number[] };
  readonly values: Float32Array;
  /** Axes along which products are summed: what differs along the others may have a scale of its own. */
  readonly summedAxes: readonly number[];
}

/** Constants that take a weight's place, and the nodes that work with them. */
export interface StoredWeight {
  readonly tensors: readonly TensorProto[];
  readonly nodes: readonly NodeProto[];
}

/** Smaller tensors stay as they are: they weigh less than the nodes that would give them back. */
const MIN_ELEMENTS = 1_024;

interface WeightInput {
  readonly position: number;
  summedAxes(node: NodeProto, dims: readonly number[]): number[];
}

/** Which inputs of an operator are weights: LSTM's and GRU's are `[directions, gates × hidden, inputs]`. */
const WEIGHT_INPUTS: Readonly<Record<string, readonly WeightInput[]>> = {
  MatMul: [{ position: 1, summedAxes: (_node, dims) => [Math.max(0, dims.length - 2)] }],
  Gemm: [{ position: 1, summedAxes: node => [isTransposed(node) ? 1 : 0] }],
  Conv: [{ position: 1, summedAxes: (_node, dims) => [...dims.keys()].slice(1) }],
  LSTM: [1, 2].map(position => ({ position, summedAxes: () => [2] })),
  GRU: [1, 2].map(position => ({ position, summedAxes: () => [2] })),
};

/**
 * The float32 weights of a graph that are worth making smaller, in the order of its initializers; biases, statistics and
 * trees are not among them, nor what holds NaN or infinity.
 */
export function findWeights(graph: GraphProto): Weight[] {
  const uses = new Map<string, readonly number[]>();
  const tensors = new Map((graph.initializer ?? []).map(tensor => [tensor.name ?? '', tensor]));
  for (const node of graph.node ?? []) {
    if (node.domain) continue;
    for (const { position, summedAxes } of WEIGHT_INPUTS[node.opType ?? ''] ?? []) {
      const name = node.input?.[position] ?? '';
      const dims = tensors.get(name)?.dims;
      if (dims && !uses.has(name)) uses.set(name, summedAxes(node, dims));
    }
  }
  return [...uses].flatMap(([name, summedAxes]) => {
    const tensor = tensors.get(name) as Weight['tensor'];
    if (tensor.dataType !== DATA_TYPE.float32 || elementCount(tensor.dims) < MIN_ELEMENTS) return [];
    const values = float32Values(tensor);
    return values.every(Number.isFinite) ? [{ tensor, values, summedAxes }] : [];
  });
}

/** A MatMul, or a Gemm without factors, with a matrix of weights. */
export function isPlainProduct(node: NodeProto, { tensor, summedAxes }: Weight): boolean {
  if (node.opType === 'MatMul') return tensor.dims.length === 2;
  const factors = (node.attribute ?? []).filter(({ name }) => name === 'alpha' || name === 'beta');
  return (
    node.opType === 'Gemm' &&
    intAttribute(node, 'transA') === 0 &&
    factors.every(({ f }) => f === 1) &&
    summedAxes[0] === (isTransposed(node) ? 1 : 0)
  );
}

/** Whether the weights of a Gemm are `[outputs, inputs]`. */
export function isTransposed(node: NodeProto): boolean {
  return node.opType === 'Gemm' && intAttribute(node, 'transB') !== 0;
}

/** 0 where it is not given. */
function intAttribute({ attribute }: NodeProto, name: string): number {
  return attribute?.find(candidate => candidate.name === name)?.i ?? 0;
}
