import type { Tensor } from 'onnxruntime-node';
import { loadGraph } from './graph-session.ts';
import { DATA_TYPE, type ModelProto, type NodeProto, type TensorProto } from './messages.ts';
import { encodeModel } from './schema.ts';

/** Operators that are computed beforehand where all that they take is constant: they move, cast and combine values. */
const FOLDABLE: ReadonlySet<string> = new Set([
  ...['Constant', 'Identity', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Transpose'],
  ...['Concat', 'Slice', 'Split', 'Gather', 'Shape', 'Add', 'Sub', 'Mul', 'Div', 'Neg', 'Sqrt', 'Reciprocal'],
]);

/** Types of ONNX Runtime's tensors as ONNX calls them. */
const TYPES: Readonly<Partial<Record<Tensor.Type, number>>> = {
  float32: DATA_TYPE.float32,
  float64: DATA_TYPE.float64,
  int64: DATA_TYPE.int64,
  int32: DATA_TYPE.int32,
  int8: DATA_TYPE.int8,
  uint8: DATA_TYPE.uint8,
  bool: DATA_TYPE.bool,
};

/**
 * Computes what of a graph is constant, so that weights which are re-laid by nodes stand in it as they are used. ONNX Runtime
 * does the same while it loads: answers keep their bits.
 * @throws AlphaloomError MODEL_INVALID (load)
 */
export async function foldConstants(model: ModelProto): Promise<ModelProto> {
  const graph = model.graph!;
  const constants = new Set((graph.initializer ?? []).map(({ name = '' }) => name));
  const folded: NodeProto[] = [];
  const kept: NodeProto[] = [];
  for (const node of graph.node ?? []) {
    const isConstant = !node.domain && FOLDABLE.has(node.opType ?? '') && takesOnly(node, constants);
    (isConstant ? folded : kept).push(node);
    if (isConstant) for (const name of node.output ?? []) constants.add(name);
  }
  if (folded.length === 0) return model;
  const used = new Set([
    ...kept.flatMap(({ input }) => input ?? []),
    ...(graph.output ?? []).map(({ name }) => name ?? ''),
  ]);
  const wanted = folded.flatMap(({ output }) => output ?? []).filter(name => used.has(name));
  const computed = await compute(model, folded, wanted);
  const initializer = [...(graph.initializer ?? []).filter(({ name = '' }) => used.has(name)), ...computed];
  return { ...model, graph: { ...graph, initializer, node: kept } };
}

function takesOnly({ input }: NodeProto, constants: ReadonlySet<string>): boolean {
  return (input ?? []).every(name => name === '' || constants.has(name));
}

async function compute(
  { irVersion, opsetImport, graph }: ModelProto,
  node: readonly NodeProto[],
  wanted: readonly string[],
): Promise<TensorProto[]> {
  if (wanted.length === 0) return [];
  const used = new Set(node.flatMap(({ input }) => input ?? []));
  const session = await loadGraph(
    encodeModel({
      irVersion,
      opsetImport,
      graph: {
        name: 'constants',
        initializer: graph!.initializer?.filter(({ name = '' }) => used.has(name)),
        node: [...node],
        output: wanted.map(name => ({ name })),
      },
    }),
  );
  try {
    const answers = await session.run({});
    return wanted.map(name => tensorOf(name, answers[name] as Tensor));
  } finally {
    await session.release();
  }
}

function tensorOf(name: string, { type, dims, data }: Tensor): TensorProto {
  const { buffer, byteOffset, byteLength } = data as Exclude<typeof data, string[]>;
  const rawData = new Uint8Array(buffer, byteOffset, byteLength).slice();
  return { name, dims: [...dims], dataType: TYPES[type], rawData };
}
