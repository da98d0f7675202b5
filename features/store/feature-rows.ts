import type { FeatureMatrix } from '../batch.ts';
import type { FeatureDefinition } from '../definition.ts';

/** Features of some bars, ascending by open time (epoch ms). */
export interface FeatureRows {
  readonly openTime: Float64Array;
  /** A column per feature; NaN is missing. */
  readonly columns: FeatureMatrix<'float32'>['columns'];
}

export function emptyRows(names: readonly string[]): FeatureRows {
  return { openTime: new Float64Array(), columns: new Map(names.map(name => [name, new Float32Array()])) };
}

/** Rows `from` (inclusive) to `to` (exclusive), sharing memory. */
export function sliceRows({ openTime, columns }: FeatureRows, from: number, to: number): FeatureRows {
  return {
    openTime: openTime.subarray(from, to),
    columns: new Map([...columns].map(([name, column]) => [name, column.subarray(from, to)])),
  };
}

/** The rows of all parts, which follow each other. */
export function concatRows(parts: readonly FeatureRows[], names: readonly string[]): FeatureRows {
  const count = parts.reduce((sum, { openTime }) => sum + openTime.length, 0);
  const openTime = new Float64Array(count);
  const columns = new Map(names.map(name => [name, new Float32Array(count)]));
  let at = 0;
  for (const part of parts) {
    openTime.set(part.openTime, at);
    for (const name of names) columns.get(name)!.set(part.columns.get(name)!, at);
    at += part.openTime.length;
  }
  return { openTime, columns };
}

/** One row's values, in the order of the columns, as they are kept. */
export function packRow({ columns }: FeatureRows, row: number): Uint8Array {
  const values = Float32Array.from(columns.values(), column => column[row]);
  return new Uint8Array(values.buffer);
}

export function unpackRows(
  rows: readonly { readonly open_time: number; readonly row: Uint8Array }[],
  names: readonly string[],
): FeatureRows {
  const columns = names.map(() => new Float32Array(rows.length));
  for (const [r, { row }] of rows.entries()) {
    // SQLite's bytes need not stand where a float may.
    const values = new Float32Array(row.slice().buffer);
    for (const [f, column] of columns.entries()) column[r] = values[f];
  }
  return {
    openTime: Float64Array.from(rows, ({ open_time }) => open_time),
    columns: new Map(names.map((name, f) => [name, columns[f]])),
  };
}

export function namesOf(definitions: readonly FeatureDefinition[]): string[] {
  return definitions.map(({ name }) => name);
}
