import protobuf from 'protobufjs/light.js';
import { BoundedReader } from './bounded-reader.ts';
import type { ModelProto } from './messages.ts';

/** `[type, field number]`; `*` marks a repeated field, numbers in it are packed. */
type Fields = Readonly<Record<string, readonly [type: string, id: number]>>;

/**
 * The part of onnx.proto (IR version 13) that Alphaloom writes or must understand to refuse. Fields that are not
 * listed (documentation, annotations) are skipped.
 */
const MESSAGES: Readonly<Record<string, Fields>> = {
  ModelProto: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    graph: ['GraphProto', 7],
    opsetImport: ['OperatorSetIdProto*', 8],
    metadataProps: ['StringStringEntryProto*', 14],
    trainingInfo: ['Opaque*', 20],
    functions: ['Opaque*', 25],
  },
  GraphProto: {
    node: ['NodeProto*', 1],
    name: ['string', 2],
    initializer: ['TensorProto*', 5],
    input: ['ValueInfoProto*', 11],
    output: ['ValueInfoProto*', 12],
    sparseInitializer: ['Opaque*', 15],
  },
  NodeProto: {
    input: ['string*', 1],
    output: ['string*', 2],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['AttributeProto*', 5],
    domain: ['string', 7],
  },
  AttributeProto: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['string', 4],
    t: ['TensorProto', 5],
    g: ['GraphProto', 6],
    floats: ['float*', 7],
    ints: ['int64*', 8],
    strings: ['string*', 9],
    tensors: ['TensorProto*', 10],
    graphs: ['GraphProto*', 11],
    type: ['int32', 20],
    refAttrName: ['string', 21],
    sparseTensor: ['Opaque', 22],
    sparseTensors: ['Opaque*', 23],
  },
  TensorProto: {
    dims: ['int64*', 1],
    dataType: ['int32', 2],
    segment: ['Opaque', 3],
    floatData: ['float*', 4],
    int32Data: ['int32*', 5],
    stringData: ['string*', 6],
    int64Data: ['int64*', 7],
    name: ['string', 8],
    rawData: ['bytes', 9],
    doubleData: ['double*', 10],
    uint64Data: ['uint64*', 11],
    externalData: ['StringStringEntryProto*', 13],
    dataLocation: ['int32', 14],
  },
  ValueInfoProto: { name: ['string', 1], type: ['TypeProto', 2] },
  TypeProto: { tensorType: ['TensorTypeProto', 1] },
  TensorTypeProto: { elemType: ['int32', 1], shape: ['TensorShapeProto', 2] },
  TensorShapeProto: { dim: ['DimensionProto*', 1] },
  DimensionProto: { dimValue: ['int64', 1], dimParam: ['string', 2] },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  /** Anything whose presence alone is what matters. */
  Opaque: {},
};

const modelType = modelMessage();

/** Bytes of an ONNX file: the same object gives the same bytes. */
export function encodeModel(model: ModelProto): Uint8Array {
  // A copy: protobufjs answers a Buffer, whose slice() shares memory where a Uint8Array's does not.
  return new Uint8Array(modelType.encode(model).finish());
}

/**
 * Reads the bytes of an ONNX file; memory is bounded by a small multiple of their length.
 * @throws Error if they are truncated, not protobuf, nested too deeply or made of too many parts
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return modelType.decode(new BoundedReader(bytes)) as ModelProto;
}

function modelMessage(): protobuf.Type {
  const types = Object.entries(MESSAGES).map(([name, fields]) => [name, messageOf(fields)]);
  const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(types) }).resolveAll();
  // protobufjs gives absent fields their format's default, for int64 an object: here they are to be undefined.
  for (const name of Object.keys(MESSAGES)) {
    const type = root.lookupType(name);
    for (const field of type.fieldsArray) Reflect.deleteProperty(type.ctor.prototype, field.name);
  }
  return root.lookupType('ModelProto');
}

function messageOf(fields: Fields): protobuf.IType {
  return {
    // Absent and zero are two things, as in onnx.proto.
    edition: 'proto2',
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [type, id]]) => [
        name,
        type.endsWith('*')
          ? { type: type.slice(0, -1), id, rule: 'repeated', options: isNumber(type) ? { packed: true } : {} }
          : { type, id },
      ]),
    ),
  };
}

function isNumber(type: string): boolean {
  return /^(float|double|u?int(32|64))\*$/.test(type);
}
