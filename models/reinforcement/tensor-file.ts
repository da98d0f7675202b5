import { AlphaloomError } from '../../contracts/errors.ts';

export type Tensors = Readonly<Record<string, Float32Array>>;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [from: number, to: number];
}

/** The length of the header stands before it. */
const LENGTH_BYTES = 8;
const FLOAT_BYTES = 4;

/**
 * Tensors as a safetensors file (github.com/huggingface/safetensors), each as a vector. The same tensors in the same order give
 * the same bytes.
 */
export function encodeTensors(tensors: Tensors): Uint8Array {
  const entries: Record<string, Entry> = {};
  let size = 0;
  for (const [name, { length }] of Object.entries(tensors)) {
    const end = size + FLOAT_BYTES * length;
    entries[name] = { dtype: 'F32', shape: [length], data_offsets: [size, end] };
    size = end;
  }
  // Filled up so that the numbers behind it are aligned.
  const text = JSON.stringify(entries);
  const header = new TextEncoder().encode(text + ' '.repeat(-Buffer.byteLength(text) & 7));
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  for (const [name, values] of Object.entries(tensors)) {
    const at = LENGTH_BYTES + header.length + entries[name].data_offsets[0];
    new Float32Array(bytes.buffer, at, values.length).set(values);
  }
  return bytes;
}

/** @throws AlphaloomError ARTIFACT_CORRUPT if it is no such file, or cut, or holds other numbers than float32 */
export function decodeTensors(bytes: Uint8Array): Tensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes.length < LENGTH_BYTES ? -1 : Number(view.getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (length < 0 || start > bytes.length) throw corrupt('its header is cut');
  const numbers = bytes.subarray(start);
  const entries = Object.entries(headerOf(bytes.subarray(LENGTH_BYTES, start)));
  return Object.fromEntries(entries.map(([name, entry]) => [name, valuesOf(name, entry, numbers)]));
}

function headerOf(bytes: Uint8Array): Record<string, Entry | undefined> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null) return header as Record<string, Entry>;
  } catch {
    // Told below like every other header that is none.
  }
  throw corrupt('its header is no JSON object');
}

function valuesOf(name: string, entry: Entry | undefined, numbers: Uint8Array): Float32Array {
  const [from = -1, to = -1] = entry?.data_offsets ?? [];
  const [length = -1] = entry?.shape ?? [];
  const isSound =
    entry?.dtype === 'F32' &&
    entry.shape.length === 1 &&
    Number.isInteger(from) &&
    from >= 0 &&
    to === from + FLOAT_BYTES * length &&
    to <= numbers.length;
  if (!isSound) throw corrupt(`its tensor ${JSON.stringify(name.slice(0, 60))} does not fit the file`);
  // A copy: a Buffer's slice would share its memory, and its place need not be aligned.
  return new Float32Array(new Uint8Array(numbers.subarray(from, to)).buffer);
}

function corrupt(what: string): AlphaloomError {
  return new AlphaloomError('ARTIFACT_CORRUPT', `A file of weights is damaged: ${what}.`, { what });
}
