/**
 * The messages of the ONNX format as plain objects: what `encodeModel` takes and `decodeModel` gives. Absent fields are
 * undefined, int64 are numbers. Text of attributes is read as UTF-8.
 */
export interface ModelProto {
  irVersion?: number;
  producerName?: string;
  graph?: GraphProto;
  opsetImport?: OperatorSetId[];
  metadataProps?: StringStringEntry[];
  trainingInfo?: object[];
  functions?: object[];
}

export interface GraphProto {
  name?: string;
  node?: NodeProto[];
  initializer?: TensorProto[];
  sparseInitializer?: object[];
  input?: ValueInfoProto[];
  output?: ValueInfoProto[];
}

export interface NodeProto {
  name?: string;
  opType?: string;
  domain?: string;
  input?: string[];
  output?: string[];
  attribute?: AttributeProto[];
}

export interface AttributeProto {
  name?: string;
  refAttrName?: string;
  type?: number;
  f?: number;
  i?: number;
  s?: string;
  t?: TensorProto;
  g?: GraphProto;
  sparseTensor?: object;
  floats?: number[];
  ints?: number[];
  strings?: string[];
  tensors?: TensorProto[];
  graphs?: GraphProto[];
  sparseTensors?: object[];
}

export interface TensorProto {
  name?: string;
  dims?: number[];
  dataType?: number;
  segment?: object;
  rawData?: Uint8Array;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: number[];
  doubleData?: number[];
  uint64Data?: number[];
  stringData?: string[];
  externalData?: StringStringEntry[];
  dataLocation?: number;
}

export interface ValueInfoProto {
  name?: string;
  type?: TypeProto;
}

export interface TypeProto {
  tensorType?: { elemType?: number; shape?: { dim?: Dimension[] } };
}

/** Either a fixed size or a name for one that may vary. */
export interface Dimension {
  dimValue?: number;
  dimParam?: string;
}

export interface OperatorSetId {
  domain?: string;
  version?: number;
}

export interface StringStringEntry {
  key?: string;
  value?: string;
}

/** `TensorProto.DataType`, those that models here use. */
export const DATA_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
