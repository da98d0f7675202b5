import {
  ATTRIBUTE_TYPE,
  type AttributeProto,
  DATA_TYPE,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../onnx/messages.ts';
import { ANY, type ElementType, invalidNet, showDims, sizeOf, Value } from './value.ts';

/** Integers become `int`, lists `ints`; wrap a number that is meant as a float. */
export type Attribute = number | string | readonly number[] | { readonly float: number } | GraphProto;

export type Attributes = Readonly<Record<string, Attribute>>;

/** What all graphs of one model have in common: names and constants, which bodies see from outside. */
interface Shared {
  count: number;
  readonly names: Set<string>;
  readonly constants: Map<string, Value>;
  readonly initializers: TensorProto[];
}

/**
 * An ONNX graph that grows node by node. It knows every tensor's shape, names tensors, and keeps equal constants once.
 * Same calls, same bytes.
 */
export class Graph {
  readonly nodes: NodeProto[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #shared: Shared;

  constructor(shared: Shared = { count: 0, names: new Set(), constants: new Map(), initializers: [] }) {
    this.#shared = shared;
  }

  get initializers(): readonly TensorProto[] {
    return this.#shared.initializers;
  }

  /** A graph inside an operator's attribute. */
  body(): Graph {
    return new Graph(this.#shared);
  }

  /** @throws AlphaloomError TRAINING_FAILED for a name that is taken */
  input(name: string, dims: readonly number[], type: ElementType = 'float32'): Value {
    return this.#addInput(new Value(this.#claim(name), dims, type));
  }

  /** An input without a name of its own, as a body’s are. */
  argument(dims: readonly number[]): Value {
    return this.#addInput(new Value(this.fresh('argument'), dims));
  }

  /** Adds a node and answers its output. */
  node(
    opType: string,
    inputs: readonly (Value | null)[],
    dims: readonly number[],
    attributes: Attributes = {},
    type: ElementType = 'float32',
  ): Value {
    return this.nodeOf(opType, inputs, [new Value(this.fresh(opType), dims, type)], attributes)[0];
  }

  /** Adds a node with the given outputs; an input that is left out is null. */
  nodeOf(
    opType: string,
    inputs: readonly (Value | null)[],
    outputs: readonly (Value | null)[],
    attributes: Attributes = {},
    domain = '',
  ): Value[] {
    this.nodes.push({
      opType,
      ...(domain && { domain }),
      input: inputs.map(value => value?.name ?? ''),
      output: outputs.map(value => value?.name ?? ''),
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    });
    return outputs.filter(value => value !== null);
  }

  /** A name that nothing else of the model has. */
  fresh(stem: string): string {
    return this.#claim(`${stem}_${this.#shared.count++}`);
  }

  scalar(value: number): Value {
    return this.constant([value], []);
  }

  /** A float32 constant; equal ones are kept once. */
  constant(values: ArrayLike<number>, dims: readonly number[]): Value {
    const data = Float32Array.from(values);
    return this.#constant(dims, 'float32', new Uint8Array(data.buffer));
  }

  zeros(dims: readonly number[]): Value {
    return this.constant(new Float32Array(sizeOf(dims)), dims);
  }

  /** A list of int64, as shapes and axes are. */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant(dims, 'int64', new Uint8Array(data.buffer));
  }

  /** A named tensor that is part of the model: a weight. */
  weight(name: string, dims: readonly number[], data: Float32Array): Value {
    const bytes = new Uint8Array(Float32Array.from(data).buffer);
    return this.#initializer(this.#claim(name), dims, 'float32', bytes);
  }

  /** Makes `value` an output of the graph, under the name that is answered. */
  output(value: Value): string {
    const isTaken = this.#outputs.includes(value) || this.#inputs.includes(value);
    // An output has one name and one place: what is an input, or an output already, is copied.
    const own = isTaken ? this.node('Identity', [value], value.dims, {}, value.type) : value;
    this.#outputs.push(own);
    return own.name;
  }

  /** Without the initializers if it is a body: those are the outermost graph's. */
  toProto(name: string, withInitializers: boolean): GraphProto {
    return {
      name,
      node: this.nodes,
      ...(withInitializers && { initializer: this.#shared.initializers }),
      input: this.#inputs.map(valueInfo),
      output: this.#outputs.map(valueInfo),
    };
  }

  #addInput(value: Value): Value {
    this.#inputs.push(value);
    return value;
  }

  #constant(dims: readonly number[], type: 'float32' | 'int64', bytes: Uint8Array): Value {
    const key = `${type} ${dims.join(',')} ${Buffer.from(bytes).toString('latin1')}`;
    const known = this.#shared.constants.get(key);
    if (known) return known;
    const value = this.#initializer(this.fresh('constant'), dims, type, bytes);
    this.#shared.constants.set(key, value);
    return value;
  }

  #initializer(name: string, dims: readonly number[], type: 'float32' | 'int64', bytes: Uint8Array): Value {
    if (bytes.length !== sizeOf(dims) * (type === 'int64' ? 8 : 4)) {
      throw invalidNet(`${name} ${showDims(dims)} needs ${sizeOf(dims)} values, got ${bytes.length} bytes`, {
        name,
        dims,
      });
    }
    this.#shared.initializers.push({ name, dims: [...dims], dataType: DATA_TYPE[type], rawData: bytes });
    return new Value(name, dims, type);
  }

  #claim(name: string): string {
    if (this.#shared.names.has(name)) throw invalidNet(`two of its tensors are named ${name}`, { name });
    this.#shared.names.add(name);
    return name;
  }
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPE.string, s: value };
  if (isList(value)) return { name, type: ATTRIBUTE_TYPE.ints, ints: [...value] };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPE.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPE.graph, g: value };
}

function isList(value: Attribute): value is readonly number[] {
  return Array.isArray(value);
}

function valueInfo({ name, dims, type }: Value): ValueInfoProto {
  const dim = dims.map(size => (size === ANY ? { dimParam: 'batch' } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: { dim } } } };
}
