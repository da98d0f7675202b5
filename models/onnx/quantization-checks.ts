import { invalidModel } from './invalid-model.ts';
import { DATA_TYPE, type GraphProto, type NodeProto, type TensorProto } from './messages.ts';
import { elementCount, float32Values, integerValues } from './tensor-values.ts';

type Constants = ReadonlyMap<string, TensorProto>;

/** Operators of quantized arithmetic, and what their constants must be. */
const CHECKS: Readonly<Record<string, (node: NodeProto, constants: Constants) => void>> = {
  QuantizeLinear: requireRounding,
  DequantizeLinear: requireRounding,
  MatMulInteger: requireProduct,
  DynamicQuantizeLSTM: requireLstm,
};

const INTEGERS: readonly number[] = [DATA_TYPE.int8, DATA_TYPE.uint8];

/**
 * Scales must be positive numbers, zero points of the type of what they shift, and both of the sizes that their operator
 * reads; all of them constants, so that they can be seen here. ONNX Runtime takes scales of 0 and NaN.
 * @throws AlphaloomError MODEL_INVALID (quantization)
 */
export function requireSoundQuantization(graph: GraphProto): void {
  const constants: Constants = new Map((graph.initializer ?? []).map(tensor => [tensor.name ?? '', tensor]));
  for (const node of graph.node ?? []) {
    if (Object.hasOwn(CHECKS, node.opType ?? '')) CHECKS[node.opType!](node, constants);
  }
}

/** One scale for a whole tensor, or one for each position along an axis of a constant. */
function requireRounding(node: NodeProto, constants: Constants): void {
  const [values = '', scaleName = '', zeroName = ''] = node.input ?? [];
  const scale = requireScale(node, scaleName, constants);
  const zero = zeroName === '' ? null : requireConstant(node, zeroName, constants);
  if (scale.length > 1) {
    const dims = constants.get(values)?.dims;
    const axis = axisOf(node, dims?.length ?? 0);
    if (!dims) throw wrong(node, `it has ${scale.length} scales for values that are no constant`);
    if (dims[axis] !== scale.length)
      throw wrong(node, `it has ${scale.length} scales along axis ${axis} of a tensor [${dims}]`);
  }
  if (node.attribute?.some(({ name, i }) => name === 'block_size' && i))
    throw wrong(node, 'it scales by blocks');
  if (zero && elementCount(zero.dims ?? []) !== scale.length)
    throw wrong(node, `it has ${scale.length} scales and ${elementCount(zero.dims ?? [])} zero points`);
  if (zero) requireZeroType(node, zero, constants.get(values));
}

/** Of a constant the zero point has its type; int32 (biases) knows no other zero than 0. */
function requireZeroType(node: NodeProto, zero: TensorProto, values: TensorProto | undefined): void {
  const isBias = node.opType === 'DequantizeLinear' && zero.dataType === DATA_TYPE.int32;
  if (isBias ? !integerValues(zero).every(value => value === 0) : !INTEGERS.includes(zero.dataType ?? 0))
    throw wrong(node, `its zero point ${name(zero)} is neither int8, uint8 nor an int32 of 0`);
  if (node.opType === 'DequantizeLinear' && values && values.dataType !== zero.dataType)
    throw wrong(node, `its zero point ${name(zero)} is of another type than the values it shifts`);
}

function requireProduct(node: NodeProto, constants: Constants): void {
  const [, weightName = '', , zeroName = ''] = node.input ?? [];
  const weight = requireConstant(node, weightName, constants);
  const [rows, columns, ...more] = weight.dims ?? [];
  if (!INTEGERS.includes(weight.dataType ?? 0) || rows === undefined || columns === undefined || more.length)
    throw wrong(node, `its weight ${name(weight)} is no matrix of 8-bit integers`);
  if (zeroName === '') return;
  const zero = requireConstant(node, zeroName, constants);
  if (zero.dataType !== weight.dataType)
    throw wrong(node, `its zero point ${name(zero)} is of another type than the weight`);
  const zeros = elementCount(zero.dims ?? []);
  if (zeros !== 1 && zeros !== columns)
    throw wrong(node, `it has ${zeros} zero points for ${columns} columns`);
}

/** `[directions, inputs, 4 × hidden]` weights with a scale and a zero point for each row of gates, or for each direction. */
function requireLstm(node: NodeProto, constants: Constants): void {
  const given = node.input ?? [];
  const hidden = attribute(node, 'hidden_size')?.i ?? 0;
  const directions = attribute(node, 'direction')?.s === 'bidirectional' ? 2 : 1;
  const gates = 4 * hidden;
  if (!(hidden > 0)) throw wrong(node, `its hidden_size is ${hidden}`);
  const unusual = given.slice(4, 8).find(input => input !== '');
  if (unusual !== undefined)
    throw wrong(node, `it takes ${JSON.stringify(unusual.slice(0, 60))} beside its weights`);
  const input = requireConstant(node, given[1], constants);
  requireDims(node, input, [directions, input.dims?.[1] ?? 0, gates]);
  const recurrent = requireConstant(node, given[2], constants);
  requireDims(node, recurrent, [directions, hidden, gates]);
  if (given[3]) requireDims(node, requireConstant(node, given[3], constants), [directions, 2 * gates]);
  for (const [weight, first] of [
    [input, 8],
    [recurrent, 10],
  ] as const) {
    if (!INTEGERS.includes(weight.dataType ?? 0))
      throw wrong(node, `${name(weight)} is not of 8-bit integers`);
    const scales = requireScale(node, given[first], constants).length;
    const zero = requireConstant(node, given[first + 1], constants);
    if (scales !== directions && scales !== directions * gates)
      throw wrong(node, `it has ${scales} scales for ${directions} × ${gates} rows of gates`);
    if (zero.dataType !== weight.dataType || elementCount(zero.dims ?? []) !== scales)
      throw wrong(node, `its zero points ${name(zero)} do not fit its scales or weights`);
  }
}

function requireScale(node: NodeProto, scaleName: string | undefined, constants: Constants): Float32Array {
  const scale = requireConstant(node, scaleName, constants);
  if (scale.dataType !== DATA_TYPE.float32) throw wrong(node, `its scale ${name(scale)} is not float32`);
  const values = float32Values(scale);
  const unsound = values.find(value => !(value > 0 && Number.isFinite(value)));
  if (unsound !== undefined || values.length === 0)
    throw wrong(node, `a scale must be a positive number, ${name(scale)} holds ${unsound}`);
  return values;
}

function requireConstant(node: NodeProto, input: string | undefined, constants: Constants): TensorProto {
  const constant = constants.get(input ?? '');
  if (input && constant) return constant;
  throw wrong(node, `it takes ${JSON.stringify((input ?? '').slice(0, 60))}, which must be a constant`);
}

function requireDims(node: NodeProto, tensor: TensorProto, expected: readonly number[]): void {
  if (tensor.dims?.join() === expected.join() && !expected.includes(0)) return;
  throw wrong(node, `${name(tensor)} is [${tensor.dims}], expected [${expected}]`);
}

/** 1 where it is not given; negative ones count from the end. */
function axisOf(node: NodeProto, rank: number): number {
  const axis = attribute(node, 'axis')?.i ?? 1;
  return axis < 0 ? axis + rank : axis;
}

function attribute(node: NodeProto, wanted: string) {
  return node.attribute?.find(({ name }) => name === wanted);
}

function name(tensor: TensorProto): string {
  return JSON.stringify((tensor.name ?? '').slice(0, 60));
}

function wrong({ opType }: NodeProto, what: string): Error {
  return invalidModel('quantization', `its operator ${opType} can’t be trusted: ${what}`, {
    operator: opType,
  });
}
