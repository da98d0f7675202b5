import { makeBars } from '../fixtures.ts';

/*
 * Small Parquet files by hand (https://github.com/apache/parquet-format, Thrift's compact protocol), so that they can lie
 * in any number: six required columns, one row group, a page per column.
 */

type Field = readonly [id: number, value: Value];
type Value =
  | { readonly i32: number }
  | { readonly i64: number | bigint }
  | { readonly text: string }
  | { readonly struct: readonly Field[] }
  | { readonly list: readonly Value[] };

const KINDS = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;
const INT64 = 2;
const DOUBLE = 5;
const PLAIN = 0;
const RLE = 3;
const RLE_DICTIONARY = 8;
const ROWS = 24;

/** What the file says other than it is; unset: the truth. */
export interface Lies {
  readonly fileRows?: number;
  readonly groupRows?: number;
  readonly chunkValues?: number;
  readonly chunkBytes?: number;
  readonly chunkOffset?: number;
  readonly pageValues?: number;
  readonly pageBytes?: number;
  readonly packedBytes?: number;
  readonly codec?: number;
  /** Body of the first column's page. */
  readonly body?: Uint8Array;
  /** Puts a dictionary before the page of `close`, which says it holds so many values. */
  readonly dictionaryValues?: number;
  readonly dictionaryBytes?: number;
}

/** 24 hourly bars. */
export function buildParquet(lies: Lies = {}): Buffer {
  const bars = makeBars({ bars: ROWS });
  const { openTime, open, high, low, close, volume } = bars;
  const columns = Object.entries({ ts: openTime, open, high, low, close, volume });
  const parts: Buffer[] = [Buffer.from('PAR1')];
  let length = 4;
  const chunks = columns.map(([name, values]): Value => {
    const hasDictionary = name === 'close' && lies.dictionaryValues !== undefined;
    const pages = hasDictionary ? dictionaryPages(values, lies) : [plainPage(name, values, lies)];
    const start = lies.chunkOffset ?? length;
    const bytes = pages.reduce((total, page) => total + page.length, 0);
    parts.push(...pages);
    length += bytes;
    return chunk(name, start, bytes, hasDictionary ? start + pages[0].length : null, lies);
  });
  const footer = encode([
    [1, { i32: 1 }],
    [2, { list: [root(columns.length), ...columns.map(([name]) => leaf(name))] }],
    [3, { i64: lies.fileRows ?? ROWS }],
    [4, { list: [rowGroup(chunks, length, lies)] }],
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, size, Buffer.from('PAR1')]);
}

function plainPage(name: string, values: Float64Array, lies: Lies): Buffer {
  const plain = name === 'ts' ? BigInt64Array.from(values, BigInt) : values;
  const body = name === 'ts' && lies.body ? lies.body : new Uint8Array(plain.buffer);
  const header = encode([
    [1, { i32: 0 }],
    [2, { i32: lies.pageBytes ?? body.length }],
    [3, { i32: lies.packedBytes ?? body.length }],
    [5, pageDetails(lies.pageValues ?? values.length, PLAIN)],
  ]);
  return Buffer.concat([header, body]);
}

/** One dictionary of all values, and a page of indexes: bit width 5, runs of one. */
function dictionaryPages(values: Float64Array, { dictionaryValues, dictionaryBytes }: Lies): Buffer[] {
  const body = new Uint8Array(values.buffer, 0, values.byteLength);
  const indexes = Uint8Array.from([5, ...Array.from(values, (_, row) => [2, row]).flat()]);
  const header = encode([
    [1, { i32: 2 }],
    [2, { i32: dictionaryBytes ?? body.length }],
    [3, { i32: dictionaryBytes ?? body.length }],
    [
      7,
      {
        struct: [
          [1, { i32: dictionaryValues ?? values.length }],
          [2, { i32: PLAIN }],
        ],
      },
    ],
  ]);
  const data = encode([
    [1, { i32: 0 }],
    [2, { i32: indexes.length }],
    [3, { i32: indexes.length }],
    [5, pageDetails(values.length, RLE_DICTIONARY)],
  ]);
  return [Buffer.concat([header, body]), Buffer.concat([data, indexes])];
}

function pageDetails(values: number, encoding: number): Value {
  return {
    struct: [
      [1, { i32: values }],
      [2, { i32: encoding }],
      [3, { i32: RLE }],
      [4, { i32: RLE }],
    ],
  };
}

function chunk(name: string, start: number, bytes: number, data: number | null, lies: Lies): Value {
  const size = lies.chunkBytes ?? bytes;
  const details: Field[] = [
    [1, { i32: name === 'ts' ? INT64 : DOUBLE }],
    [2, { list: [{ i32: PLAIN }, { i32: RLE_DICTIONARY }] }],
    [3, { list: [{ text: name }] }],
    [4, { i32: lies.codec ?? 0 }],
    [5, { i64: lies.chunkValues ?? ROWS }],
    [6, { i64: size }],
    [7, { i64: size }],
    [9, { i64: data ?? start }],
  ];
  if (data !== null) details.push([11, { i64: start }]);
  return {
    struct: [
      [2, { i64: start }],
      [3, { struct: details }],
    ],
  };
}

function rowGroup(chunks: readonly Value[], bytes: number, lies: Lies): Value {
  return {
    struct: [
      [1, { list: chunks }],
      [2, { i64: bytes }],
      [3, { i64: lies.groupRows ?? lies.fileRows ?? ROWS }],
    ],
  };
}

function root(children: number): Value {
  return {
    struct: [
      [4, { text: 'schema' }],
      [5, { i32: children }],
    ],
  };
}

function leaf(name: string): Value {
  return {
    struct: [
      [1, { i32: name === 'ts' ? INT64 : DOUBLE }],
      [3, { i32: 0 }],
      [4, { text: name }],
    ],
  };
}

function encode(fields: readonly Field[]): Buffer {
  const bytes: number[] = [];
  putStruct(bytes, fields);
  return Buffer.from(bytes);
}

function putStruct(bytes: number[], fields: readonly Field[]): void {
  let before = 0;
  for (const [id, value] of fields) {
    bytes.push(((id - before) << 4) | kindOf(value));
    putValue(bytes, value);
    before = id;
  }
  bytes.push(0);
}

function putValue(bytes: number[], value: Value): void {
  if ('i32' in value) putVarint(bytes, zigZag(value.i32));
  else if ('i64' in value) putVarint(bytes, zigZag(value.i64));
  else if ('struct' in value) putStruct(bytes, value.struct);
  else if ('text' in value) {
    putVarint(bytes, BigInt(value.text.length));
    bytes.push(...Buffer.from(value.text));
  } else {
    bytes.push((value.list.length << 4) | kindOf(value.list[0]));
    for (const each of value.list) putValue(bytes, each);
  }
}

function kindOf(value: Value): number {
  return KINDS[Object.keys(value)[0] as keyof typeof KINDS];
}

function zigZag(value: number | bigint): bigint {
  return BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
}

function putVarint(bytes: number[], value: bigint): void {
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
}
