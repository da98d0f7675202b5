import type { DuckDBConnection } from '@duckdb/node-api';
import type { Candles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { CandleBuilder } from '../candle-builder.ts';
import { duckDbReason, withDuckDb, withOpenFile } from '../duckdb.ts';
import { forEachBar } from '../parquet.ts';
import { parseTime, wrongCell } from './cells.ts';
import { findColumns } from './columns.ts';
import { MAX_BARS_PER_FILE, tooManyBars } from './limits.ts';
import { unreadableFile } from './unreadable.ts';

const SOURCE = 'read_parquet($path, hive_partitioning = false, union_by_name = false)';
const NUMBER_TYPES = [
  'INTEGER',
  'BIGINT',
  'UINTEGER',
  'UBIGINT',
  'SMALLINT',
  'USMALLINT',
  'TINYINT',
  'UTINYINT',
  'FLOAT',
  'DOUBLE',
];
const COLUMN_ROLES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/**
 * Reads a Parquet file of bars. What the footer declares is checked against the limit first and against the rows
 * that were really there last.
 * @throws AlphaloomError CANDLES_UNREADABLE, CANDLES_INVALID
 */
export async function readParquetFile(path: string): Promise<Candles> {
  try {
    return await withOpenFile(path, 'r', descriptor =>
      withDuckDb(async connection => {
        const declaredBars = await declaredRows(connection, descriptor);
        if (declaredBars > MAX_BARS_PER_FILE) throw tooManyBars(path);
        const candles = await readBars(connection, descriptor, path, declaredBars);
        if (candles.openTime.length !== declaredBars) {
          throw unreadableFile(path, `it declares ${declaredBars} rows and holds another number`);
        }
        return candles;
      }),
    );
  } catch (error) {
    if (error instanceof AlphaloomError) throw error;
    throw unreadableFile(path, duckDbReason(error).replace(/\/dev\/fd\/\d+/g, path), error);
  }
}

async function declaredRows(connection: DuckDBConnection, descriptor: string): Promise<number> {
  const metadata = await connection.runAndReadAll(
    'select num_rows::double from parquet_file_metadata($path)',
    { path: descriptor },
  );
  return metadata.value(0, 0) as number;
}

async function readBars(
  connection: DuckDBConnection,
  descriptor: string,
  path: string,
  declaredBars: number,
): Promise<Candles> {
  const rows = await connection.run(
    `select ${(await columnExpressions(connection, descriptor, path)).join(', ')} from ${SOURCE}
     limit ${Math.max(declaredBars, 0) + 1}`,
    { path: descriptor },
  );
  const builder = new CandleBuilder();
  await forEachBar<number | string>(rows, (time, open, high, low, close, volume) => {
    const row = builder.length + 1;
    if (
      time === null ||
      open === null ||
      high === null ||
      low === null ||
      close === null ||
      volume === null
    ) {
      const empty = [time, open, high, low, close, volume].indexOf(null);
      throw wrongCell({ path, row, column: COLUMN_ROLES[empty] }, null, 'a value');
    }
    const openTime = typeof time === 'string' ? parseTime(time, { path, row, column: 'time' }) : time;
    builder.push(openTime, open, high, low, close, volume);
  });
  return builder.finish();
}

/** SQL of the six columns in their order: the time as DOUBLE (epoch ms) or VARCHAR, the others as DOUBLE. */
async function columnExpressions(
  connection: DuckDBConnection,
  descriptor: string,
  path: string,
): Promise<string[]> {
  const described = await connection.runAndReadAll(`describe select * from ${SOURCE}`, { path: descriptor });
  const [names, types] = described.getColumns() as [string[], string[]];
  return findColumns(path, names).map((position, role) => {
    const name = `"${names[position].replaceAll('"', '""')}"`;
    const expression =
      role === 0 ? timeExpression(name, types[position]) : numberExpression(name, types[position]);
    if (expression) return expression;
    const expected = role === 0 ? 'whole numbers (epoch ms), timestamps or ISO 8601 text' : 'numbers';
    throw new AlphaloomError(
      'CANDLES_INVALID',
      `${path}: the column ${names[position]} has the type ${types[position]}; expected ${expected}.`,
      { path, rule: 'column-type', column: names[position], type: types[position] },
    );
  });
}

function timeExpression(name: string, type: string): string | null {
  if (type === 'VARCHAR') return name;
  if (type === 'TIMESTAMP_NS') return `epoch_ns(${name}) / 1e6`;
  if (type.startsWith('TIMESTAMP') || type === 'DATE') return `epoch_us(${name}) / 1e3`;
  return NUMBER_TYPES.includes(type) ? `${name}::double` : null;
}

function numberExpression(name: string, type: string): string | null {
  // By way of its digits a decimal becomes the nearest double, which a division by a power of ten may miss.
  if (type.startsWith('DECIMAL(')) return `${name}::varchar::double`;
  return NUMBER_TYPES.includes(type) ? `${name}::double` : null;
}
