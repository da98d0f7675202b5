import type { FileHandle } from 'node:fs/promises';
import type { Candles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { CandleBuilder } from '../candle-builder.ts';
import { withDuckDb, withOpenFile } from '../duckdb.ts';
import { parseNumber, parseTime } from './cells.ts';
import { type ColumnPositions, findColumns } from './columns.ts';
import { MAX_BARS_PER_FILE, tooManyBars } from './limits.ts';
import { unreadableFile } from './unreadable.ts';

const MAX_HEADER_BYTES = 4_096;
const MAX_LINE_BYTES = 65_536;
const DELIMITERS = [',', ';', '\t'];
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Reads a CSV file of bars (UTF-8, a header line, comma, semicolon or tab). DuckDB cuts the cells; what is a number or a
 * time is decided here, so that nothing is guessed.
 * @throws AlphaloomError CANDLES_UNREADABLE, CANDLES_INVALID
 */
export async function readCsvFile(path: string): Promise<Candles> {
  try {
    return await withOpenFile(path, 'r', async (descriptor, handle) => {
      const { delimiter, names } = await readHeader(path, handle);
      return await readBars(path, descriptor, delimiter, names);
    });
  } catch (error) {
    if (error instanceof AlphaloomError) throw error;
    throw unreadableFile(path, csvReason(error), error);
  }
}

interface Header {
  readonly delimiter: string;
  readonly names: readonly string[];
}

async function readHeader(path: string, handle: FileHandle): Promise<Header> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, 0);
  const text = buffer.subarray(0, bytesRead).toString('utf8');
  const [line] = text.split(/\r?\n/, 1);
  if (line.length === text.length && bytesRead === MAX_HEADER_BYTES) {
    throw unreadableFile(path, `it has no header line within its first ${MAX_HEADER_BYTES} bytes`);
  }
  const cells = DELIMITERS.map(delimiter => line.replace(BYTE_ORDER_MARK, '').split(delimiter));
  const widest = cells.reduce(
    (best, candidate, index) => (candidate.length > cells[best].length ? index : best),
    0,
  );
  const names = cells[widest].map(cell => cell.trim().replace(/^"(.*)"$/, '$1'));
  return { delimiter: DELIMITERS[widest], names };
}

async function readBars(
  path: string,
  descriptor: string,
  delimiter: string,
  names: readonly string[],
): Promise<Candles> {
  const positions = findColumns(path, names);
  return await withDuckDb(async connection => {
    const rows = await connection.run(
      `select ${positions.map(position => `c${position}`).join(', ')} from read_csv($path, auto_detect = false,
         header = false, skip = 1, delim = $delimiter, quote = '"', escape = '"', strict_mode = true,
         max_line_size = ${MAX_LINE_BYTES}, hive_partitioning = false,
         columns = {${names.map((_, position) => `'c${position}': 'VARCHAR'`).join(', ')}})
       limit ${MAX_BARS_PER_FILE + 1}`,
      { path: descriptor, delimiter },
    );
    const builder = new CandleBuilder();
    for (;;) {
      const chunk = await rows.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return builder.finish();
      for (const cells of chunk.getRows() as (string | null)[][]) {
        if (builder.length === MAX_BARS_PER_FILE) throw tooManyBars(path);
        pushBar(builder, path, cells, positions, names);
      }
    }
  });
}

function pushBar(
  builder: CandleBuilder,
  path: string,
  cells: readonly (string | null)[],
  positions: ColumnPositions,
  names: readonly string[],
): void {
  const place = (index: number) => ({ path, row: builder.length + 1, column: names[positions[index]] });
  const number = (index: number) => parseNumber(cells[index], place(index));
  builder.push(parseTime(cells[0], place(0)), number(1), number(2), number(3), number(4), number(5));
}

/** DuckDB spreads what is wrong with a line over several lines, among advice on its own options. */
function csvReason(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  const telling = lines.filter(line =>
    /CSV Error on Line|Expected Number|unterminated|Maximum line size|Invalid unicode/.test(line),
  );
  return (telling.length > 0 ? telling : lines.slice(0, 1)).join('; ').replace(/\s+/g, ' ').trim();
}
