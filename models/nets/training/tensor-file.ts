import { AlphaloomError } from '../../../contracts/errors.ts';

/** A float32 tensor, row-major. */
export interface NamedTensor {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What may be wrong with such a file. */
export type TensorFileFault =
  | 'too-short'
  | 'header-length'
  | 'header-json'
  | 'metadata'
  | 'entry'
  | 'type'
  | 'shape'
  | 'offsets'
  | 'data-length';

const LENGTH_BYTES = 8;
/** The format’s own limit. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';

/**
 * Tensors in the safetensors format (https://github.com/huggingface/safetensors): the header’s length, a JSON header, then
 * the values one after another, little-endian. Same tensors in the same order, same bytes.
 */
export function encodeTensors(
  tensors: Iterable<readonly [name: string, tensor: NamedTensor]>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const list = [...tensors];
  const header: Record<string, unknown> = { [METADATA]: metadata };
  let end = 0;
  for (const [name, { dims, values }] of list) {
    header[name] = { dtype: 'F32', shape: dims, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  // Spaces after the header put the values on a multiple of eight bytes.
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = Buffer.alloc(LENGTH_BYTES + headerBytes + end, ' ');
  bytes.writeBigUInt64LE(BigInt(headerBytes));
  bytes.set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const [, { values }] of list) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * @param origin what the file is called in errors
 * @throws AlphaloomError ARTIFACT_CORRUPT with a `fault`; nothing is allocated that the file’s own size does not bound
 */
export function decodeTensors(bytes: Uint8Array, origin: string): TensorFile {
  const refuse = refusalOf(origin);
  const { entries, metadata, data } = readHeader(bytes, refuse);
  const tensors = new Map<string, NamedTensor>();
  let end = 0;
  for (const [name, entry] of entries) {
    const { dims, from, to } = readEntry(name, entry, refuse);
    // The format leaves no holes and lets nothing overlap.
    if (from !== end) throw refuse('offsets', `${name} starts at ${from}, not at ${end}`);
    if (to > data.length) throw refuse('data-length', `${name} ends at ${to} of ${data.length} bytes`);
    end = to;
    const values = new Float32Array((to - from) / 4);
    new Uint8Array(values.buffer).set(data.subarray(from, to));
    tensors.set(name, { dims, values });
  }
  if (end !== data.length) throw refuse('data-length', `${data.length} bytes of values, ${end} are named`);
  return { tensors, metadata };
}

type Refusal = (fault: TensorFileFault, what: string) => AlphaloomError;

function refusalOf(origin: string): Refusal {
  return (fault, what) =>
    new AlphaloomError('ARTIFACT_CORRUPT', `${origin} is no sound file of tensors: ${what}. Train again.`, {
      origin,
      fault,
    });
}

interface Header {
  /** In the order of their places. */
  readonly entries: readonly (readonly [string, unknown])[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

function readHeader(bytes: Uint8Array, refuse: Refusal): Header {
  if (bytes.length < LENGTH_BYTES) throw refuse('too-short', `it has ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER_BYTES, bytes.length - LENGTH_BYTES))) {
    throw refuse('header-length', `its header is said to be ${length} bytes long`);
  }
  const dataFrom = LENGTH_BYTES + Number(length);
  const header = parseObject(Buffer.from(bytes.subarray(LENGTH_BYTES, dataFrom)).toString('utf8'), refuse);
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || !Object.values(metadata).every(value => typeof value === 'string')) {
    throw refuse('metadata', 'its metadata are not texts by name');
  }
  const byPlace = Object.entries(entries).sort(([, a], [, b]) => startOf(a) - startOf(b));
  return { entries: byPlace, metadata: metadata as Record<string, string>, data: bytes.subarray(dataFrom) };
}

function parseObject(text: string, refuse: Refusal): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('header-json', 'its header is not JSON');
  }
  if (isObject(value)) return value;
  throw refuse('header-json', 'its header is not a JSON object');
}

function startOf(entry: unknown): number {
  const offsets = isObject(entry) ? entry.data_offsets : null;
  const from = Array.isArray(offsets) ? offsets[0] : null;
  return typeof from === 'number' ? from : -1;
}

function readEntry(
  name: string,
  entry: unknown,
  refuse: Refusal,
): { dims: number[]; from: number; to: number } {
  if (!isObject(entry)) throw refuse('entry', `${name} is not described by an object`);
  if (entry.dtype !== 'F32') throw refuse('type', `${name} is of type ${String(entry.dtype)}, not F32`);
  if (!isCounts(entry.shape)) throw refuse('shape', `the shape of ${name} is no list of sizes`);
  const offsets = entry.data_offsets;
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[1] < offsets[0]) {
    throw refuse('offsets', `the place of ${name} is no pair of ascending numbers`);
  }
  const [from, to] = offsets;
  const size = entry.shape.reduce((product, dim) => product * dim, 1);
  if (to - from !== 4 * size) {
    throw refuse('shape', `${name} [${entry.shape}] is ${4 * size} bytes, its place holds ${to - from}`);
  }
  return { dims: entry.shape, from, to };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(item => Number.isSafeInteger(item) && item >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
