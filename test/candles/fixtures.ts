import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type CandleStore, createCandleStore } from '../../candles/store.ts';
import { CANDLE_COLUMNS, type Candles } from '../../contracts/candles.ts';
import { type Series, TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';

export const NOW = Date.UTC(2026, 0, 1);
export const HOURLY: Series = { venue: 'coinbase', symbol: 'BTCUSD', timeframe: '1h' };
export const FROM_FILE = { kind: 'spot', source: 'test.parquet' } as const;

/** Sound bars with prices that differ from row to row; `missing` names rows to leave out. */
export function makeBars(
  options: {
    bars?: number;
    start?: number;
    timeframe?: Timeframe;
    missing?: readonly number[];
    change?: { row: number; column: keyof Candles; value: number };
  } = {},
): Candles {
  const { bars = 48, start = Date.UTC(2024, 0, 1), timeframe = '1h', missing = [], change } = options;
  const rows = Array.from({ length: bars }, (_, row) => row).filter(row => !missing.includes(row));
  const column = (value: (row: number) => number) => Float64Array.from(rows, value);
  const close = (row: number) => 100 + 10 * Math.sin(row / 7) + (row % 13) / 100;
  const candles = {
    openTime: column(row => start + row * TIMEFRAME_MS[timeframe]),
    open: column(row => close(row - 1)),
    high: column(row => Math.max(close(row - 1), close(row)) + 0.3),
    low: column(row => Math.min(close(row - 1), close(row)) - 0.3),
    close: column(close),
    volume: column(row => row % 5),
  };
  if (change) candles[change.column][change.row] = change.value;
  return candles;
}

/** The bars of the given rows. */
export function pick(candles: Candles, rows: readonly number[]): Candles {
  const column = (name: keyof Candles) => Float64Array.from(rows, row => candles[name][row]);
  return Object.fromEntries(CANDLE_COLUMNS.map(name => [name, column(name)])) as unknown as Candles;
}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'alphaloom-candles-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function temporaryStore(t: TestContext, root = temporaryFolder(t)): CandleStore & { root: string } {
  const store = createCandleStore(root, { now: () => NOW });
  t.after(() => store.close());
  return { ...store, root };
}

/** Deep equality of every bit of every column. */
export function sameBits(a: Candles, b: Candles): boolean {
  return CANDLE_COLUMNS.every(column => Buffer.from(bytes(a[column])).equals(bytes(b[column])));
}

function bytes(column: Float64Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}
