import {
  type AttributeProto,
  DATA_TYPE,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../../../models/onnx/messages.ts';
import { at, elementwise, fill, reduce, sizeOf, type Tensor, tensor } from './float64-tensor.ts';

/**
 * Computes an ONNX graph in float64, by definitions alone: slow, and exact enough that central differences of it are true to
 * some nine digits. Knows the operators that nets are made of.
 */
export function evaluate(
  graph: GraphProto,
  inputs: Readonly<Record<string, Tensor>>,
  outer: ReadonlyMap<string, Tensor> = new Map(),
): Map<string, Tensor> {
  const values = new Map([...outer, ...Object.entries(inputs)]);
  for (const initializer of graph.initializer ?? []) values.set(initializer.name!, constantOf(initializer));
  for (const node of graph.node ?? []) {
    const given = node.input!.map(name => {
      const value = values.get(name);
      if (!value) throw new Error(`${node.opType} reads ${name}, which is not there yet.`);
      return value;
    });
    const rule = RULES[node.opType!];
    if (!rule) throw new Error(`The interpreter does not know ${node.opType}.`);
    const results = rule(given, attributesOf(node), values);
    for (const [index, name] of node.output!.entries()) values.set(name, results[index]);
  }
  return values;
}

type Attributes = Readonly<Record<string, AttributeProto>>;
type Rule = (inputs: Tensor[], attributes: Attributes, outer: ReadonlyMap<string, Tensor>) => Tensor[];

const each =
  (of: (...values: number[]) => number): Rule =>
  inputs => [elementwise(inputs, of)];

const RULES: Readonly<Record<string, Rule>> = {
  Add: each((a, b) => a + b),
  Sub: each((a, b) => a - b),
  Mul: each((a, b) => a * b),
  Div: each((a, b) => a / b),
  Pow: each((a, b) => a ** b),
  Min: each(Math.min),
  Max: each(Math.max),
  Sum: each((...values) => total(values)),
  Equal: each((a, b) => Number(a === b)),
  IsNaN: each(a => Number(Number.isNaN(a))),
  Where: each((condition, a, b) => (condition ? a : b)),
  Clip: each((a, min, max) => Math.min(Math.max(a, min), max)),
  Identity: each(a => a),
  Cast: each(a => a),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Sqrt: each(Math.sqrt),
  Reciprocal: each(a => 1 / a),
  Relu: each(a => Math.max(a, 0)),
  Tanh: each(Math.tanh),
  Sigmoid: each(a => 1 / (1 + Math.exp(-a))),
  Erf: each(erf),
  HardSigmoid: ([a], { alpha, beta }) => [
    elementwise([a], value => Math.min(1, Math.max(0, alpha.f! * value + beta.f!))),
  ],
  Softmax: ([a], { axis }) => [softmax(a, axis.i!)],
  LogSoftmax: ([a], { axis }) => [elementwise([softmax(a, axis.i!)], Math.log)],
  MatMul: ([a, b]) => [product(a, b)],
  Gemm: ([a, b, c], { transA, transB }) => {
    const plain = product(transA?.i ? transpose(a, [1, 0]) : a, transB?.i ? transpose(b, [1, 0]) : b);
    return [c ? elementwise([plain, c], (x, y) => x + y) : plain];
  },
  Reshape: ([a, dims]) => [{ dims: [...dims.data], data: a.data }],
  Expand: ([a, dims]) => [fill([...dims.data], place => at(a, place))],
  Transpose: ([a], { perm }) => [transpose(a, perm.ints!)],
  Concat: (parts, { axis }) => [concat(parts, axis.i!)],
  Split: ([a, lengths], { axis }) => {
    let from = 0;
    return [...lengths.data].map(length => {
      from += length;
      return slice(a, axis.i!, from - length, from);
    });
  },
  Slice: ([a, from, to, axis]) => [slice(a, axis.data[0], from.data[0], to.data[0])],
  Pad: ([a, pads]) => {
    const rank = a.dims.length;
    const dims = a.dims.map((dim, axis) => dim + pads.data[axis] + pads.data[axis + rank]);
    return [
      fill(dims, place => {
        const inner = place.map((index, axis) => index - pads.data[axis]);
        return inner.every((index, axis) => index >= 0 && index < a.dims[axis]) ? at(a, inner) : 0;
      }),
    ];
  },
  ReduceSum: reduction(total),
  ReduceMean: reduction(values => total(values) / values.length),
  ReduceMax: reduction(values => Math.max(...values)),
  ReduceSumSquare: reduction(values => total(values.map(value => value * value))),
  Scan: scan,
};

function reduction(of: (values: readonly number[]) => number): Rule {
  return ([a, axes], { keepdims }) => {
    const all = a.dims.map((_, axis) => axis);
    return [reduce(a, axes ? [...axes.data] : all, keepdims?.i !== 0, of)];
  };
}

function scan(inputs: Tensor[], attributes: Attributes, outer: ReadonlyMap<string, Tensor>): Tensor[] {
  const body = attributes.body.g!;
  const sequences = inputs.slice(-attributes.num_scan_inputs.i!);
  let states = inputs.slice(0, -sequences.length);
  const steps = sequences[0].dims[0];
  const order = Array.from({ length: steps }, (_, step) => step);
  if (attributes.scan_input_directions.ints![0] === 1) order.reverse();
  const names = body.output!.map(({ name }) => name!);
  const stacked = new Map<number, Tensor[]>();
  for (const step of order) {
    const given = [...states, ...sequences.map(sequence => drop(slice(sequence, 0, step, step + 1)))];
    const fed = Object.fromEntries(body.input!.map(({ name }, index) => [name!, given[index]]));
    const values = evaluate(body, fed, outer);
    const results = names.map(name => values.get(name)!);
    states = results.slice(0, states.length);
    stacked.set(step, results.slice(states.length));
  }
  const outputs = names.slice(states.length).map((_, index) =>
    concat(
      order.toSorted((a, b) => a - b).map(step => lift(stacked.get(step)![index])),
      0,
    ),
  );
  return [...states, ...outputs];
}

function softmax(a: Tensor, axis: number): Tensor {
  const largest = reduce(a, [axis], true, values => Math.max(...values));
  const powers = elementwise([a, largest], (value, max) => Math.exp(value - max));
  return elementwise([powers, reduce(powers, [axis], true, total)], (value, sum) => value / sum);
}

function product(a: Tensor, b: Tensor): Tensor {
  const [inner, columns] = b.dims;
  return fill([...a.dims.slice(0, -1), columns], place => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(a, place.with(-1, k)) * b.data[k * columns + place.at(-1)!];
    return sum;
  });
}

function transpose(a: Tensor, order: readonly number[]): Tensor {
  const back = order.map((_, axis) => order.indexOf(axis));
  return fill(
    order.map(axis => a.dims[axis]),
    place =>
      at(
        a,
        back.map(axis => place[axis]),
      ),
  );
}

function concat(parts: readonly Tensor[], axis: number): Tensor {
  const owners = parts.flatMap((part, index) =>
    Array.from({ length: part.dims[axis] }, (_, within) => ({ index, within })),
  );
  return fill(parts[0].dims.with(axis, owners.length), place => {
    const { index, within } = owners[place[axis]];
    return at(parts[index], place.with(axis, within));
  });
}

function slice(a: Tensor, axis: number, from: number, to: number): Tensor {
  return fill(a.dims.with(axis, to - from), place => at(a, place.with(axis, place[axis] + from)));
}

const drop = ({ dims, data }: Tensor): Tensor => ({ dims: dims.slice(1), data });
const lift = ({ dims, data }: Tensor): Tensor => ({ dims: [1, ...dims], data });
function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function attributesOf({ attribute }: NodeProto): Attributes {
  return Object.fromEntries((attribute ?? []).map(each => [each.name!, each]));
}

function constantOf({ dims, dataType, rawData }: TensorProto): Tensor {
  const bytes = Uint8Array.from(rawData!).buffer;
  const values =
    dataType === DATA_TYPE.int64 ? Array.from(new BigInt64Array(bytes), Number) : new Float32Array(bytes);
  if (values.length !== sizeOf(dims!)) throw new Error('A constant’s data do not fit its shape.');
  return tensor(dims!, values);
}

/** By its series near 0, by its continued fraction elsewhere (Abramowitz and Stegun 7.1.5, 7.1.14). */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = size;
  for (let n = 60; n > 0; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction));
}
