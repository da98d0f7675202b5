import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Candles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { explainDiskError } from '../../storage/files.ts';
import { readArrowFile } from './arrow/index.ts';
import { readCsvFile } from './csv.ts';
import { readGzippedJsonFile, readJsonFile } from './json/index.ts';
import { readParquetFile } from './parquet.ts';
import { unreadableFile } from './unreadable.ts';

interface Format {
  /** How its files are named. */
  readonly endings: readonly string[];
  /** What their first bytes show. */
  readonly content: Content;
  read(path: string): Promise<Candles>;
}

/** The next format is a line here and, where its first bytes tell it, one in `MAGIC`. */
const FORMATS: readonly Format[] = [
  { endings: ['.parquet'], content: 'Parquet', read: readParquetFile },
  { endings: ['.csv'], content: 'CSV', read: readCsvFile },
  { endings: ['.json', '.jsonl', '.ndjson'], content: 'JSON', read: readJsonFile },
  { endings: ['.json.gz'], content: 'compressed (gzip)', read: readGzippedJsonFile },
  { endings: ['.feather', '.arrow'], content: 'Arrow', read: readArrowFile },
];
const ENDINGS = FORMATS.flatMap(format => format.endings);
const MAGIC = {
  Parquet: 'PAR1',
  Arrow: 'ARROW1',
  'Feather of version 1, which is no longer read (write it again with a newer pandas)': 'FEA1',
  'an Arrow stream (write it as an Arrow file)': '\xff\xff\xff\xff',
  'compressed (gzip)': '\x1f\x8b',
  'compressed (zip)': 'PK',
  HDF5: '\x89HDF',
} as const;
type Content = keyof typeof MAGIC | 'CSV' | 'JSON' | 'empty' | 'neither a known format nor UTF-8 text';
const SNIFFED_BYTES = 4_096;

/**
 * Reads a file of bars (Parquet, CSV, JSON, Arrow or Feather): a time column (`ts`, `timestamp`, `time`, `open_time`,
 * `openTime` or `date`; epoch ms, a timestamp type or, in text, ISO 8601) and `open, high, low, close, volume`. Nothing but
 * the file's form is judged here.
 * @throws AlphaloomError FILE_NOT_FOUND, PERMISSION_DENIED, CANDLES_UNREADABLE, CANDLES_INVALID
 */
export async function readCandleFile(path: string): Promise<Candles> {
  const name = basename(path).toLowerCase();
  const format = FORMATS.find(({ endings }) => endings.some(ending => name.endsWith(ending)));
  if (!format) {
    throw unreadableFile(
      path,
      `its name must end in ${ENDINGS.slice(0, -1).join(', ')} or ${ENDINGS.at(-1)}`,
    );
  }
  const found = sniff(await firstBytes(path));
  if (found !== format.content) {
    throw unreadableFile(path, `its name says ${format.content}, its content is ${found}`);
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
function sniff(bytes: Buffer): Content {
  if (bytes.length === 0) return 'empty';
  const text = bytes.toString('latin1');
  for (const [content, magic] of Object.entries(MAGIC)) if (text.startsWith(magic)) return content as Content;
  if (bytes.includes(0)) return 'neither a known format nor UTF-8 text';
  return /^(?:\xef\xbb\xbf)?\s*[[{]/.test(text) ? 'JSON' : 'CSV';
}
