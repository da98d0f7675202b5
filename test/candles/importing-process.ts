// Imports given chunks of a made-up series, one after the other, until it is done or killed.
import { createCandleStore } from '../../candles/store.ts';
import { type MarketBars, sliceBars } from '../../contracts/candles.ts';
import type { Series } from '../../contracts/series.ts';
import { FROM_FILE, HOURLY, makeBars, NOW } from './fixtures.ts';

/** 600 bars around New Year; chunk k holds 10 bars on each side of it, so that every import changes two years. */
export const SHARED_BARS = makeBars({ bars: 600, start: Date.UTC(2024, 0, 1) - 300 * 3_600_000 });
export const CHUNKS = 30;

/** The same of seconds with ticks, so that every import changes two days. */
export const SECONDS: Series = { ...HOURLY, timeframe: '1s' };
const seconds = makeBars({ bars: 600, start: Date.UTC(2024, 0, 1) - 300_000, timeframe: '1s' });
export const SHARED_SECONDS: MarketBars = { ...seconds, upTicks: seconds.close.map((_, row) => row % 4) };

if (import.meta.main) {
  const [root, timeframe, ...chunks] = process.argv.slice(2);
  const [series, bars] = timeframe === '1s' ? [SECONDS, SHARED_SECONDS] : [HOURLY, SHARED_BARS];
  const store = createCandleStore(root, { now: () => NOW });
  for (const chunk of chunks.map(Number)) {
    const reach = (chunk + 1) * 10;
    await store.append(series, sliceBars(bars, 300 - reach, 300 + reach), FROM_FILE);
    process.stdout.write(`${chunk}\n`);
  }
  await store.close();
}
