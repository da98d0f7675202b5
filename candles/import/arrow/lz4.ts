/*
 * LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md), into memory of a
 * size that the caller states: no frame grows beyond it, and each step takes a byte of input or gives one of output.
 * Checksums are passed over: what the bytes mean is judged by whoever reads them.
 */

const FRAME_MAGIC = 0x184d2204;
const STORED_BLOCK = 0x80000000;
const SHORTEST_MATCH = 4;

/**
 * Decodes one frame to at most `mostBytes`.
 * @throws Error where the frame is damaged or holds more; RangeError where it is cut off
 */
export function decodeLz4Frame(input: Uint8Array, mostBytes: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== FRAME_MAGIC) throw new Error('no LZ4 frame');
  const flags = view.getUint8(4);
  if (flags >> 6 !== 1) throw new Error('an unknown version of LZ4');
  const has = (bit: number) => (flags & bit) !== 0;
  if (has(1)) throw new Error('an LZ4 frame with a dictionary');
  const blockChecksumBytes = has(16) ? 4 : 0;
  const output = { bytes: new Uint8Array(mostBytes), length: 0 };
  let at = 4 + 2 + (has(8) ? 8 : 0) + 1;
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return output.bytes.subarray(0, output.length);
    const isStored = word >= STORED_BLOCK;
    const end = at + (isStored ? word - STORED_BLOCK : word);
    if (end > input.length) throw new RangeError('an LZ4 block beyond its frame');
    if (isStored) append(output, input.subarray(at, end));
    else decodeBlock(input, at, end, output);
    at = end + blockChecksumBytes;
  }
}

interface Output {
  readonly bytes: Uint8Array;
  length: number;
}

/** Literals and matches in turn; the last sequence has literals alone. Matches may reach into earlier blocks. */
function decodeBlock(input: Uint8Array, from: number, end: number, output: Output): void {
  const { bytes } = output;
  let at = from;
  let length = output.length;
  const more = (short: number): number => {
    if (short < 15) return short;
    let total = 15;
    for (let byte = 255; byte === 255; total += byte) {
      if (at >= end) throw new RangeError('an LZ4 length beyond its block');
      byte = input[at++];
    }
    return total;
  };
  while (at < end) {
    const token = input[at++];
    const literals = more(token >> 4);
    if (at + literals > end) throw new RangeError('LZ4 literals beyond their block');
    if (length + literals > bytes.length) throw tooMuch();
    for (let i = 0; i < literals; i++) bytes[length++] = input[at++];
    if (at === end) break;
    if (at + 2 > end) throw new RangeError('an LZ4 offset beyond its block');
    const offset = input[at] | (input[at + 1] << 8);
    at += 2;
    const matched = more(token & 15) + SHORTEST_MATCH;
    if (offset === 0 || offset > length) throw new Error('an LZ4 match before the start');
    if (length + matched > bytes.length) throw tooMuch();
    // Byte by byte: a match may overlap what it makes.
    for (let i = 0; i < matched; i++, length++) bytes[length] = bytes[length - offset];
  }
  output.length = length;
}

function append(output: Output, bytes: Uint8Array): void {
  if (output.length + bytes.length > output.bytes.length) throw tooMuch();
  output.bytes.set(bytes, output.length);
  output.length += bytes.length;
}

function tooMuch(): Error {
  return new Error('more bytes than declared');
}
