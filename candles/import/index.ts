import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Candles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { explainDiskError } from '../../storage/files.ts';
import { readCsvFile } from './csv.ts';
import { readParquetFile } from './parquet.ts';
import { unreadableFile } from './unreadable.ts';

const FORMATS: Readonly<Record<string, { readonly name: string; read(path: string): Promise<Candles> }>> = {
  '.parquet': { name: 'Parquet', read: readParquetFile },
  '.csv': { name: 'CSV', read: readCsvFile },
};
const SNIFFED_BYTES = 4_096;

/**
 * Reads a Parquet or CSV file of bars: a time column (`ts`, `timestamp`, `time`, `open_time`, `openTime` or `date`; epoch ms,
 * ISO 8601 or a timestamp type) and `open, high, low, close, volume`. Nothing but the file's form is judged here.
 * @throws AlphaloomError FILE_NOT_FOUND, PERMISSION_DENIED, CANDLES_UNREADABLE, CANDLES_INVALID
 */
export async function readCandleFile(path: string): Promise<Candles> {
  const format = FORMATS[extname(path).toLowerCase()];
  if (!format) {
    throw unreadableFile(path, `its name must end in ${Object.keys(FORMATS).join(' or ')}`);
  }
  const found = sniff(await firstBytes(path));
  if (found !== format.name) {
    throw unreadableFile(path, `its name says ${format.name}, its content is ${found}`);
  }
  const candles = await format.read(path);
  if (candles.openTime.length === 0) {
    throw new AlphaloomError('CANDLES_INVALID', `${path} holds no bars.`, { path, rule: 'not-empty' });
  }
  return candles;
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(path)).isFile()) throw unreadableFile(path, 'it is not a regular file');
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new AlphaloomError('FILE_NOT_FOUND', `There is no file ${path}.`, { path }, { cause: error });
    }
    throw explainDiskError(path, error);
  }
}

/** What a file's first bytes show. */
function sniff(bytes: Buffer): string {
  if (bytes.length === 0) return 'empty';
  if (bytes.subarray(0, 4).toString('latin1') === 'PAR1') return 'Parquet';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'compressed (gzip)';
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') return 'compressed (zip)';
  if (bytes.includes(0)) return 'neither Parquet nor UTF-8 text';
  return 'CSV';
}
