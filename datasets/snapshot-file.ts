import { CANDLE_COLUMNS, EXTRA_COLUMN_NAMES, EXTRA_COLUMNS, type MarketBars } from '../contracts/candles.ts';
import { type ColumnValues, damaged, readColumns, writeColumns } from '../storage/arrow/column-file.ts';

const FORMAT = 'alphaloom.snapshot/1';
const PRICE_COLUMNS = CANDLE_COLUMNS.filter(name => name !== 'openTime');

/**
 * Writes bars as an Arrow IPC file: `ts` (int64, open time in epoch ms), open, high, low, close, volume and the extra
 * columns that the bars have (float64, bit by bit). The same bars give the same bytes.
 * @throws AlphaloomError DISK_FULL, PERMISSION_DENIED
 */
export async function writeSnapshot(candles: MarketBars, path: string): Promise<void> {
  const columns = new Map<string, ColumnValues>([['ts', BigInt64Array.from(candles.openTime, BigInt)]]);
  for (const name of PRICE_COLUMNS) columns.set(name, candles[name]);
  for (const extra of EXTRA_COLUMNS) {
    const values = candles[extra];
    if (values) columns.set(EXTRA_COLUMN_NAMES[extra], values);
  }
  await writeColumns(path, { columns, metadata: new Map([['format', FORMAT]]) });
}

/**
 * Reads what `writeSnapshot` wrote.
 * @throws AlphaloomError ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, PERMISSION_DENIED
 */
export async function readSnapshot(path: string): Promise<MarketBars> {
  const { columns, metadata } = await readColumns(path);
  if (metadata.get('format') !== FORMAT) throw damaged(path, `its format is not ${FORMAT}`);
  const ts = columns.get('ts');
  if (!(ts instanceof BigInt64Array)) throw damaged(path, 'column "ts" is not int64');
  const float64 = (name: string) => {
    const values = columns.get(name);
    if (values instanceof Float64Array) return values;
    throw damaged(path, `column "${name}" is not float64`);
  };
  const openTime = Float64Array.from(ts, Number);
  for (let i = 1; i < openTime.length; i++)
    if (openTime[i] <= openTime[i - 1]) throw damaged(path, `bar ${i} does not come after the bar before it`);
  const bars: { -readonly [Column in keyof MarketBars]: MarketBars[Column] } = {
    openTime,
    open: float64('open'),
    high: float64('high'),
    low: float64('low'),
    close: float64('close'),
    volume: float64('volume'),
  };
  for (const extra of EXTRA_COLUMNS)
    if (columns.has(EXTRA_COLUMN_NAMES[extra])) bars[extra] = float64(EXTRA_COLUMN_NAMES[extra]);
  return bars;
}
