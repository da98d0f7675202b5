import { wilderMemory } from '../definition.ts';
import { candlePair, closingBalance, closingRun } from '../kernels/candle-sequence.ts';
import { candleInRanges, candleShares, meanBody } from '../kernels/candle-shape.ts';
import type { CatalogLine } from './line.ts';

const OF_CLOSE = 'share of close';
const OF_RANGE = 'share of the bar’s range';
const SHARES = { kernel: candleShares, parameters: {}, lookBack: 0 } as const;
const PAIR = { kernel: candlePair, parameters: {}, lookBack: 1 } as const;
const IN_RANGES = {
  kernel: candleInRanges,
  parameters: { period: 14 },
  lookBack: 14 + wilderMemory(14),
} as const;
const SHAPE = 'Nison, Japanese Candlestick Charting Techniques (1991), as a number';

// biome-ignore format: one line per feature
export const CANDLE_SHAPE: readonly CatalogLine[] = [
  { name: 'body_share', ...SHARES, output: 'body', unit: OF_RANGE, source: SHAPE, version: 1 },
  { name: 'upper_wick_share', ...SHARES, output: 'upperWick', unit: OF_RANGE, source: SHAPE, version: 1 },
  { name: 'lower_wick_share', ...SHARES, output: 'lowerWick', unit: OF_RANGE, source: SHAPE, version: 1 },
  { name: 'close_position', ...SHARES, output: 'position', unit: '0 (low) to 1 (high)', source: SHAPE, version: 1 },
  { name: 'body_share_10', kernel: meanBody, output: 'size', parameters: { period: 10 }, lookBack: 9, unit: OF_RANGE, source: 'mean of body_share', version: 1 },
  { name: 'body_atr_14', ...IN_RANGES, output: 'body', unit: 'multiple of ATR', source: '(close − open) / ATR(14)', version: 1 },
  { name: 'range_atr_14', ...IN_RANGES, output: 'range', unit: 'multiple of ATR', source: '(high − low) / ATR(14)', version: 1 },
  { name: 'gap', ...PAIR, output: 'gap', unit: 'share of the previous close', source: 'open / previous close − 1', version: 1 },
  { name: 'high_change_1', ...PAIR, output: 'high', unit: OF_CLOSE, source: '(high − previous high) / close', version: 1 },
  { name: 'low_change_1', ...PAIR, output: 'low', unit: OF_CLOSE, source: '(low − previous low) / close', version: 1 },
  { name: 'containment', ...PAIR, output: 'containment', unit: '-1 inside bar, 1 outside bar', source: SHAPE, version: 1 },
  { name: 'engulfing', ...PAIR, output: 'engulfing', unit: '-1 falling, 1 rising', source: SHAPE, version: 1 },
  { name: 'range_overlap', ...PAIR, output: 'overlap', unit: 'share of both bars’ range', source: 'overlap of high to low with the bar before', version: 1 },
  { name: 'closing_run_8', kernel: closingRun, output: 'run', parameters: { limit: 8 }, lookBack: 8, unit: 'bars, -8 to 8', source: 'bars on end that closed higher or lower', version: 1 },
  { name: 'closing_balance_14', kernel: closingBalance, output: 'share', parameters: { period: 14 }, lookBack: 14, unit: '-1 to 1', source: 'bars that closed higher less those lower', version: 1 },
];
