import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlphaloomError } from '../../contracts/errors.ts';
import {
  exists,
  explainDiskErrors,
  makeFolder,
  publishFile,
  publishNewFile,
  temporaryName,
} from '../../storage/files.ts';
import { writeCsvTable } from './csv-table.ts';
import { writeJsonTable } from './json-table.ts';
import { writeParquetTable } from './parquet-table.ts';
import { requireColumnNames, type TableBlock, type TimeStyle } from './table.ts';

/** Writes a table to a path where no file is yet; answers the number of rows. The next format is a line here. */
const WRITERS = {
  json: writeJsonTable,
  csv: writeCsvTable,
  parquet: writeParquetTable,
} as const;

export type TableFormat = keyof typeof WRITERS;
export const TABLE_FORMATS = Object.keys(WRITERS) as TableFormat[];

export interface TableFileOptions {
  readonly format: TableFormat;
  readonly timeStyle: TimeStyle;
  /** Replace a file that is there. */
  readonly overwrite: boolean;
}

/**
 * Writes a table of numbers as a file that appears whole or not at all: the time as `ts`, then the columns. Blocks are
 * taken one by one, so that memory holds one of them (a table at hand is `[{ time, columns }]`; at least one block has to
 * come, without rows if need be). Every finite double and float reads back bit for bit, but that −0 among zeros may come back
 * as 0 from Parquet; NaN is an empty cell in CSV, `null` in JSON, NaN in Parquet, and infinities are kept by Parquet alone.
 * @throws AlphaloomError FILE_EXISTS, USAGE (a column's name), DISK_FULL, PERMISSION_DENIED, and whatever `blocks` throws
 */
export async function writeTable(
  path: string,
  blocks: Iterable<TableBlock> | AsyncIterable<TableBlock>,
  { format, timeStyle, overwrite }: TableFileOptions,
): Promise<{ rows: number }> {
  if (!overwrite && (await exists(path))) throw fileExists(path);
  const temporary = temporaryName(path);
  return await explainDiskErrors(path, async () => {
    await makeFolder(dirname(path));
    try {
      const rows = await WRITERS[format](temporary, checkedBlocks(blocks), timeStyle);
      if (overwrite) await publishFile(temporary, path);
      else if (!(await publishNewFile(temporary, path))) throw fileExists(path);
      return { rows };
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

/** Refuses blocks that are no parts of one table, before anything of them is written. */
async function* checkedBlocks(
  blocks: Iterable<TableBlock> | AsyncIterable<TableBlock>,
): AsyncGenerator<TableBlock> {
  let shape: string | undefined;
  for await (const block of blocks) {
    const { time, columns } = block;
    if (shape === undefined) requireColumnNames(columns.keys());
    shape ??= shapeOf(block);
    if (shape !== shapeOf(block) || [...columns.values()].some(column => column.length !== time.length))
      throw new AlphaloomError('INTERNAL', 'Blocks of one table differ in their columns.');
    yield block;
  }
  if (shape === undefined) throw new AlphaloomError('INTERNAL', 'A table without any block.');
}

function shapeOf({ columns }: TableBlock): string {
  return JSON.stringify([...columns].map(([name, column]) => [name, column.BYTES_PER_ELEMENT]));
}

function fileExists(path: string): AlphaloomError {
  return new AlphaloomError(
    'FILE_EXISTS',
    `${path} is there already. Name another file, or say --force to replace it.`,
    { path },
  );
}
