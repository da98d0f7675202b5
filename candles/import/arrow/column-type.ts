import { has, positionOf, type Table, tableAt } from '../../../storage/arrow/flatbuffer.ts';
import { TYPE } from '../../../storage/arrow/ipc.ts';

type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** How a column's cells are stored and what they mean. */
export interface ColumnType {
  readonly name: string;
  readonly Values: {
    readonly BYTES_PER_ELEMENT: number;
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumberArray;
  };
  /** Cells in one ms; for columns of time. */
  readonly perMs?: bigint;
  /** Ms in one cell. */
  readonly ms?: number;
}

const SIGNED = { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: BigInt64Array } as const;
const UNSIGNED = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array, 64: BigUint64Array } as const;
const FLOATS: readonly (ColumnType | undefined)[] = [
  undefined,
  { name: 'float', Values: Float32Array },
  { name: 'double', Values: Float64Array },
];
const TIMESTAMPS: readonly ColumnType[] = [
  { name: 'timestamp[s]', Values: BigInt64Array, ms: 1_000 },
  { name: 'timestamp[ms]', Values: BigInt64Array, ms: 1 },
  { name: 'timestamp[us]', Values: BigInt64Array, perMs: 1_000n },
  { name: 'timestamp[ns]', Values: BigInt64Array, perMs: 1_000_000n },
];
const DATES: readonly ColumnType[] = [
  { name: 'date32', Values: Int32Array, ms: 86_400_000 },
  { name: 'date64', Values: BigInt64Array, ms: 1 },
];
/** Of the types that are refused, those a user may meet. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'null',
  4: 'binary',
  [TYPE.text]: 'text',
  6: 'boolean',
  7: 'decimal',
  9: 'time of day',
  12: 'list',
  13: 'struct',
  18: 'duration',
  [TYPE.largeText]: 'text',
  24: 'text',
};

/** The type of a schema's field, or what it is called where bars don't come in it. */
export function columnType(field: Table): ColumnType | string {
  if (has(field, 4)) return 'dictionary';
  const { file } = field;
  const type = has(field, 2) ? file.getUint8(positionOf(field, 2)) : 0;
  const details = tableAt(field, 3);
  const small = (index: number, otherwise: number) =>
    has(details, index) ? file.getInt16(positionOf(details, index), true) : otherwise;
  switch (type) {
    case TYPE.integer: {
      const width = has(details, 0) ? file.getInt32(positionOf(details, 0), true) : 0;
      const isSigned = has(details, 1) && file.getUint8(positionOf(details, 1)) === 1;
      const Values = (isSigned ? SIGNED : UNSIGNED)[width as 8];
      const name = `${isSigned ? 'int' : 'uint'}${width}`;
      return Values ? { name, Values } : name;
    }
    case TYPE.float:
      return FLOATS[small(0, 0)] ?? 'float16';
    case TYPE.timestamp:
      return TIMESTAMPS[small(0, 0)] ?? 'timestamp of an unknown unit';
    case TYPE.date:
      return DATES[small(0, 1)] ?? 'date of an unknown unit';
    default:
      return REFUSED[type] ?? `number ${type}`;
  }
}

/** Cells as numbers: times in ms (with a fraction where they have one), all else as it is. */
export function numbersOf(type: ColumnType, bytes: Uint8Array, rows: number): Float64Array {
  const values = new type.Values(bytes.buffer, bytes.byteOffset, rows);
  const numbers = new Float64Array(rows);
  const { perMs, ms = 1 } = type;
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    // Nanoseconds have more digits than a double: whole ms first, then what is left.
    numbers[row] =
      perMs !== undefined && typeof value === 'bigint'
        ? Number(value / perMs) + Number(value % perMs) / Number(perMs)
        : Number(value) * ms;
  }
  return numbers;
}
