import protobuf from 'protobufjs/light.js';

/** Parts (messages, texts, packed arrays) of one file: far above any model, far below what fills the memory. */
const MAX_PARTS = 1_000_000;

interface ReaderState {
  readonly buf: Uint8Array;
  readonly len: number;
  pos: number;
  discardUnknown: boolean;
  size(): number;
}

/** protobufjs' reader, whose int64 methods answer Long objects, seen without them. */
const BaseReader = protobuf.Reader as unknown as new (bytes: Uint8Array) => ReaderState;

/**
 * Reads protobuf that may be hostile: a file of millions of empty messages would take a hundred times its size in
 * objects, and an array of small int64 thirty times as Longs. Here parts are counted and int64 are numbers.
 */
class NumberReader extends BaseReader {
  private parts = 0;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.discardUnknown = true;
  }

  /** Called once for every message, text, byte string and packed array. */
  override size(): number {
    this.parts += 1;
    if (this.parts > MAX_PARTS) throw new RangeError(`more than ${MAX_PARTS} parts`);
    return super.size();
  }

  int64(): number {
    return this.varint(BigInt.asIntN);
  }

  uint64(): number {
    return this.varint(BigInt.asUintN);
  }

  private varint(wrap: (bits: number, value: bigint) => bigint): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    let wide = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      wide |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(wrap(64, wide));
    }
    throw new RangeError('invalid varint encoding');
  }

  private byte(): number {
    if (this.pos >= this.len) throw new RangeError('index out of range');
    return this.buf[this.pos++];
  }
}

export const BoundedReader = NumberReader as unknown as new (bytes: Uint8Array) => protobuf.Reader;
