import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { duckDbReason, withDuckDb, withOpenFile } from '../candles/duckdb.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { parseSample, type Sample } from '../models/import/sample.ts';
import { exists } from '../storage/files.ts';

/**
 * A model's sample: JSON `{"x": [[…]], "expected": [[…]]}`, or Parquet with list columns of these names, a row per window.
 * @throws AlphaloomError FILE_NOT_FOUND, SAMPLE_INVALID
 */
export async function readSampleFile(path: string): Promise<Sample> {
  if (!(await exists(path)))
    throw new AlphaloomError('FILE_NOT_FOUND', `There is no sample ${path}.`, { path });
  const isParquet = extname(path).toLowerCase() === '.parquet';
  return parseSample(isParquet ? await readParquet(path) : await readJson(path), path);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error), error);
  }
}

/** As JSON text, in which a missing value is null: lists of any depth come alike. */
async function readParquet(path: string): Promise<unknown> {
  try {
    return await withOpenFile(path, 'r', descriptor =>
      withDuckDb(async connection => {
        const answer = await connection.runAndReadAll(
          'select to_json(x)::varchar, to_json(expected)::varchar from read_parquet($path, hive_partitioning = false)',
          { path: descriptor },
        );
        const rows = answer.getRows();
        const [x, expected] = [0, 1].map(column => rows.map(row => parseCell(row[column])));
        return { x, expected };
      }),
    );
  } catch (error) {
    throw unreadable(path, duckDbReason(error), error);
  }
}

/** DuckDB writes a number that is none as NaN, which is no JSON. */
function parseCell(cell: unknown): unknown {
  return JSON.parse(String(cell).replace(/\bNaN\b/gi, 'null'));
}

function unreadable(path: string, why: string, cause: unknown): AlphaloomError {
  return new AlphaloomError('SAMPLE_INVALID', `${path} can’t be read: ${why}.`, { path }, { cause });
}
