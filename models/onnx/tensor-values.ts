import { DATA_TYPE, type TensorProto } from './messages.ts';

/**
 * The values of a float32 tensor, row-major; `requireSoundTensor` has seen that they fit its shape.
 * @throws RangeError for a tensor of another type
 */
export function float32Values({ name, dataType, rawData, floatData }: TensorProto): Float32Array {
  if (dataType !== DATA_TYPE.float32) throw new RangeError(`${name} is of type ${dataType}, not float32`);
  // A copy: bytes of a file start at any address.
  return rawData ? new Float32Array(Uint8Array.from(rawData).buffer) : Float32Array.from(floatData ?? []);
}

/** The values of an int8, uint8 or int32 tensor. */
export function integerValues({ dataType, rawData, int32Data }: TensorProto): readonly number[] {
  if (!rawData) return int32Data ?? [];
  const bytes = Uint8Array.from(rawData);
  if (dataType === DATA_TYPE.int32) return [...new Int32Array(bytes.buffer)];
  return dataType === DATA_TYPE.int8 ? [...new Int8Array(bytes.buffer)] : [...bytes];
}

export function float32Tensor(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  return { name, dims: [...dims], dataType: DATA_TYPE.float32, rawData: bytesOf(values) };
}

/** Rounds to the nearest float16, ties to even; beyond ±65,504 lies infinity. */
export function float16Tensor(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  return { name, dims: [...dims], dataType: DATA_TYPE.float16, rawData: bytesOf(Float16Array.from(values)) };
}

export function int8Tensor(name: string, dims: readonly number[], values: Int8Array): TensorProto {
  return { name, dims: [...dims], dataType: DATA_TYPE.int8, rawData: bytesOf(values) };
}

export function uint8Tensor(name: string, dims: readonly number[], values: Uint8Array): TensorProto {
  return { name, dims: [...dims], dataType: DATA_TYPE.uint8, rawData: bytesOf(values) };
}

export function int32Tensor(name: string, dims: readonly number[], values: Int32Array): TensorProto {
  return { name, dims: [...dims], dataType: DATA_TYPE.int32, rawData: bytesOf(values) };
}

export function int64Tensor(name: string, values: readonly number[]): TensorProto {
  return { name, dims: [values.length], dataType: DATA_TYPE.int64, int64Data: [...values] };
}

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Little-endian, as ONNX asks and as every platform that ONNX Runtime for Node runs on stores numbers. */
function bytesOf(values: Float32Array | Float16Array | Int32Array | Int8Array | Uint8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}
