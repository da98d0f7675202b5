import {
  barsSinceExtreme,
  closeExtremes,
  rangeContraction,
  rangeExpansion,
  rangePosition,
} from '../kernels/range.ts';
import type { CatalogLine } from './line.ts';

const DONCHIAN = 'Donchian’s channel: (close − low) / (high − low)';
const CRABEL_1990 = 'Crabel, Day Trading with Short Term Price Patterns (1990)';

const RANGE_20 = { kernel: rangePosition, parameters: { period: 20 }, lookBack: 19 } as const;
const RANGE_50 = { kernel: rangePosition, parameters: { period: 50 }, lookBack: 49 } as const;
const RANGE_100 = { kernel: rangePosition, parameters: { period: 100 }, lookBack: 99 } as const;
const SINCE_50 = { kernel: barsSinceExtreme, parameters: { period: 50 }, lookBack: 49 } as const;
const CLOSES_50 = { kernel: closeExtremes, parameters: { period: 50 }, lookBack: 49 } as const;
const CLOSES_200 = { kernel: closeExtremes, parameters: { period: 200 }, lookBack: 199 } as const;

// biome-ignore format: one line per feature
export const RANGE: readonly CatalogLine[] = [
  { name: 'range_position_20', ...RANGE_20, output: 'position', unit: '0-1', source: DONCHIAN, version: 1 },
  { name: 'range_position_50', ...RANGE_50, output: 'position', unit: '0-1', source: DONCHIAN, version: 1 },
  { name: 'range_position_100', ...RANGE_100, output: 'position', unit: '0-1', source: DONCHIAN, version: 1 },
  { name: 'below_high_20', ...RANGE_20, output: 'belowHigh', unit: 'share of the high', source: 'close / highest high − 1', version: 1 },
  { name: 'above_low_20', ...RANGE_20, output: 'aboveLow', unit: 'share of the low', source: 'close / lowest low − 1', version: 1 },
  { name: 'below_high_100', ...RANGE_100, output: 'belowHigh', unit: 'share of the high', source: 'close / highest high − 1', version: 1 },
  { name: 'above_low_100', ...RANGE_100, output: 'aboveLow', unit: 'share of the low', source: 'close / lowest low − 1', version: 1 },
  { name: 'bars_since_high_50', ...SINCE_50, output: 'high', unit: 'bars, 0-49', source: 'age of the highest high; TA-Lib’s MAXINDEX, the newest of equal ones', version: 1 },
  { name: 'bars_since_low_50', ...SINCE_50, output: 'low', unit: 'bars, 0-49', source: 'age of the lowest low; TA-Lib’s MININDEX, the newest of equal ones', version: 1 },
  { name: 'drawdown_50', ...CLOSES_50, output: 'drawdown', unit: 'share of the highest close', source: 'close / pandas’ rolling max − 1', version: 1 },
  { name: 'run_up_50', ...CLOSES_50, output: 'runUp', unit: 'share of the lowest close', source: 'close / pandas’ rolling min − 1', version: 1 },
  { name: 'drawdown_200', ...CLOSES_200, output: 'drawdown', unit: 'share of the highest close', source: 'close / pandas’ rolling max − 1', version: 1 },
  { name: 'range_expansion_20', kernel: rangeExpansion, output: 'ratio', parameters: { period: 20 }, lookBack: 19, unit: 'multiple of the mean range', source: CRABEL_1990, version: 1 },
  { name: 'range_contraction_10_50', kernel: rangeContraction, output: 'share', parameters: { short: 10, long: 50 }, lookBack: 49, unit: '0-1', source: CRABEL_1990, version: 1 },
];
