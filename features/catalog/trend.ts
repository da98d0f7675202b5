import { memory } from '../definition.ts';
import { exponentialMovingAverage, macd } from '../kernels/moving-average.ts';
import type { CatalogLine } from './line.ts';

const OF_CLOSE = 'share of close';
const MACD_SOURCE = 'Appel (1979); TA-Lib’s MACD / close';
const EMA_SOURCE = 'TA-Lib’s EMA, seeded with the simple average, / close − 1';

const MACD = { kernel: macd, parameters: { fast: 12, slow: 26, signal: 9 } } as const;
const MACD_LOOK_BACK = 33 + memory(26);

// biome-ignore format: one line per feature
export const TREND: readonly CatalogLine[] = [
  { name: 'macd_line_12_26_9', ...MACD, output: 'line', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_signal_12_26_9', ...MACD, output: 'signal', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'macd_histogram_12_26_9', ...MACD, output: 'histogram', lookBack: MACD_LOOK_BACK, unit: OF_CLOSE, source: MACD_SOURCE, version: 1 },
  { name: 'ema_12', kernel: exponentialMovingAverage, output: 'relative', parameters: { period: 12 }, lookBack: 11 + memory(12), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
  { name: 'ema_26', kernel: exponentialMovingAverage, output: 'relative', parameters: { period: 26 }, lookBack: 25 + memory(26), unit: OF_CLOSE, source: EMA_SOURCE, version: 1 },
];
