import { DATA_TYPE, type GraphProto, type NodeProto, type TensorProto } from '../onnx/messages.ts';
import { float32Values } from '../onnx/tensor-values.ts';

/** They hand on values, or copies of them: zeros stay zeros. */
const MOVES: ReadonlySet<string> = new Set([
  ...['Slice', 'Transpose', 'Identity', 'Unsqueeze', 'Squeeze', 'Reshape', 'Gather', 'Split', 'Expand'],
]);
/** Inputs of LSTM and GRU that hold their first state. */
const STATES: Readonly<Record<string, readonly number[]>> = { LSTM: [5, 6], GRU: [5] };

/**
 * Leaves out first states of LSTM and GRU that are zeros made for the batch's size, as PyTorch exports them: zeros are what
 * these operators begin with anyway, and making them takes operators that could make a tensor of any size.
 */
export function withoutZeroStates(graph: GraphProto): GraphProto {
  const zeros = new Set((graph.initializer ?? []).filter(isZero).map(({ name = '' }) => name));
  const node = (graph.node ?? []).map(one => {
    if (makesZeros(one, zeros)) for (const name of one.output ?? []) zeros.add(name);
    const states = STATES[one.opType ?? ''];
    if (one.domain || !states) return one;
    const input = (one.input ?? []).map((name, at) => (states.includes(at) && zeros.has(name) ? '' : name));
    return { ...one, input };
  });
  return { ...graph, node };
}

function makesZeros(
  { domain, opType = '', input, attribute }: NodeProto,
  zeros: ReadonlySet<string>,
): boolean {
  if (domain) return false;
  const value = attribute?.find(({ name }) => name === 'value')?.t;
  if (opType === 'Constant') return value !== undefined && isZero(value);
  if (opType === 'ConstantOfShape') return value === undefined || isZero(value);
  return MOVES.has(opType) && zeros.has(input?.[0] ?? '');
}

function isZero(tensor: TensorProto): boolean {
  return tensor.dataType === DATA_TYPE.float32 && float32Values(tensor).every(value => value === 0);
}
