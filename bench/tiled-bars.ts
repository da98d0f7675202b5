import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCandleFile } from '../candles/import/index.ts';
import { SAMPLE } from '../candles/sample/index.ts';
import { CANDLE_COLUMNS, type Candles } from '../contracts/candles.ts';
import { CHECKOUT } from '../host/paths.ts';

const RECORDED = join(CHECKOUT, '../shared/data/candles/binance/BTCUSDT/5m.parquet');
const BAR_MS = 60_000;

/**
 * A long series of real moves: recorded bars (the reference data where it is there, else the bundled sample) one after the
 * other, every second time upside down so that the price stays where it is. All columns share memory with other threads.
 */
export async function tiledBars(count: number): Promise<Candles> {
  const source = await readCandleFile(existsSync(RECORDED) ? RECORDED : SAMPLE.path);
  const length = source.close.length;
  const bars = Object.fromEntries(
    CANDLE_COLUMNS.map(name => [name, sharedColumn(count)]),
  ) as unknown as Candles;
  let before = source.close[0];
  for (let from = 0; from < count; from += length) {
    const isTurned = (from / length) % 2 === 1;
    const first = source.open[0];
    const start = before;
    const price = (value: number) => (isTurned ? (start * first) / value : (start / first) * value);
    for (let i = 0; i < length && from + i < count; i++) {
      const row = from + i;
      bars.openTime[row] = row * BAR_MS;
      bars.open[row] = price(source.open[i]);
      bars.high[row] = price(isTurned ? source.low[i] : source.high[i]);
      bars.low[row] = price(isTurned ? source.high[i] : source.low[i]);
      bars.close[row] = price(source.close[i]);
      bars.volume[row] = source.volume[i];
      before = bars.close[row];
    }
  }
  return bars;
}

function sharedColumn(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * count));
}
