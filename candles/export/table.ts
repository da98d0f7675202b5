import { AlphaloomError } from '../../contracts/errors.ts';

/**
 * A stretch of a table's rows: bar opens in epoch ms and the columns beside them, all of one length. The first block of
 * a table says its columns and their types; the others have the same in the same order.
 */
export interface TableBlock {
  readonly time: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array | Float32Array>;
}

/** `ms`: whole numbers; `iso`: ISO 8601 in UTC as text, in Parquet a timestamp type. */
export type TimeStyle = 'ms' | 'iso';

/** What the first column is called. */
export const TIME_COLUMN = 'ts';

const NAME = /^[\p{L}_][^\p{Cc}"]{0,199}$/u;

/**
 * A spreadsheet would run a name that begins as a formula does; nothing else of a table is text that came from outside.
 * @throws AlphaloomError USAGE
 */
export function requireColumnNames(names: Iterable<string>): void {
  for (const name of names) {
    if (NAME.test(name) && name !== TIME_COLUMN) continue;
    throw new AlphaloomError(
      'USAGE',
      `A column can’t be exported as ${JSON.stringify(name.slice(0, 60))}: names begin with a letter or underscore, hold no quotes or line breaks, and are not "${TIME_COLUMN}".`,
      { name: name.slice(0, 200) },
    );
  }
}

/** Cuts a block into such of at most `values` values; the parts share its memory. */
export function* cutBlock({ time, columns }: TableBlock, values: number): Generator<TableBlock> {
  const rows = Math.max(1, Math.floor(values / (columns.size + 1)));
  for (let from = 0; from < time.length; from += rows) {
    yield {
      time: time.subarray(from, from + rows),
      columns: new Map([...columns].map(([name, column]) => [name, column.subarray(from, from + rows)])),
    };
  }
}
