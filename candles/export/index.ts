import { join } from 'node:path';
import type { Candles } from '../../contracts/candles.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../../contracts/series.ts';
import type { TimeRange } from '../snapshot.ts';
import type { CandleStore } from '../store.ts';
import type { TableBlock } from './table.ts';
import { type TableFileOptions, type TableFormat, writeTable } from './table-file.ts';

const BARS_AT_ONCE = 1_000_000;

/** What an export wrote; times are open times. */
export interface SeriesExport {
  readonly series: Series;
  readonly path: string;
  readonly bars: number;
}

/**
 * Writes the bars of a range as a file that imports again to the same bars, bit for bit. A million of them are in memory
 * at once.
 * @throws AlphaloomError CANDLES_NOT_FOUND (no such series, or no bars in the range), CANDLES_DAMAGED, FILE_EXISTS,
 *   DISK_FULL, PERMISSION_DENIED
 */
export async function exportSeries(
  store: CandleStore,
  series: Series,
  range: TimeRange,
  path: string,
  options: TableFileOptions,
): Promise<SeriesExport> {
  const { rows } = await writeTable(path, barBlocks(store, series, range), options);
  return { series, path, bars: rows };
}

/** `binance-BTCUSDT-15m.csv` in a folder: the file of one of several series. */
export function exportPath(
  folder: string,
  { venue, symbol, timeframe }: Series,
  format: TableFormat,
): string {
  return join(folder, `${venue}-${symbol}-${timeframe}.${format}`);
}

async function* barBlocks(store: CandleStore, series: Series, range: TimeRange): AsyncGenerator<TableBlock> {
  const { firstTime, lastTime } = await store.describe(series);
  const from = Math.max(range.from ?? firstTime, firstTime);
  const to = Math.min(range.to ?? Infinity, lastTime + 1);
  const step = BARS_AT_ONCE * TIMEFRAME_MS[series.timeframe];
  let bars = 0;
  for (let start = from; start < to; start += step) {
    const candles = await store.read(series, { from: start, to: Math.min(start + step, to) });
    if (candles.openTime.length === 0) continue;
    bars += candles.openTime.length;
    yield blockOf(candles);
  }
  if (bars > 0) return;
  throw new AlphaloomError(
    'CANDLES_NOT_FOUND',
    `The store holds no bars of ${seriesId(series)} in that range; it has them from ${iso(firstTime)} to ${iso(lastTime)}.`,
    { series: seriesId(series), firstTime, lastTime, from: range.from ?? null, to: range.to ?? null },
  );
}

function blockOf({ openTime, open, high, low, close, volume }: Candles): TableBlock {
  return { time: openTime, columns: new Map(Object.entries({ open, high, low, close, volume })) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
