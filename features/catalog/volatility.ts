import { memory, wilderMemory } from '../definition.ts';
import { bollingerBands } from '../kernels/bollinger.ts';
import { priceChannel } from '../kernels/channel.ts';
import { keltnerChannel } from '../kernels/keltner.ts';
import { rangeVolatility } from '../kernels/range-volatility.ts';
import {
  downsideDeviation,
  logReturnDeviation,
  relativeTrueRange,
  trueRangeOfBar,
  trueRangeRatio,
  volatilityRatio,
} from '../kernels/volatility.ts';
import type { CatalogLine } from './line.ts';

const OF_CLOSE = 'share of close';
const PER_BAR = 'log return per bar';
const WILDER_1978 = 'Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib';
const BOLLINGER_SOURCE = 'Bollinger (1983); TA-Lib’s BBANDS, population deviation';
const BOLLINGER = { kernel: bollingerBands, parameters: { period: 20, deviations: 2 } } as const;
const BOLLINGER_50 = { kernel: bollingerBands, parameters: { period: 50, deviations: 2 } } as const;
const RANGE_20 = { kernel: rangeVolatility, parameters: { period: 20 } } as const;
const DEVIATION_SOURCE = 'population deviation of log returns';

// biome-ignore format: one line per feature
export const VOLATILITY: readonly CatalogLine[] = [
  { name: 'atr_14', kernel: relativeTrueRange, output: 'relative', parameters: { period: 14 }, lookBack: 14 + wilderMemory(14), unit: OF_CLOSE, source: WILDER_1978, version: 1 },
  { name: 'atr_7', kernel: relativeTrueRange, output: 'relative', parameters: { period: 7 }, lookBack: 7 + wilderMemory(7), unit: OF_CLOSE, source: WILDER_1978, version: 1 },
  { name: 'atr_28', kernel: relativeTrueRange, output: 'relative', parameters: { period: 28 }, lookBack: 28 + wilderMemory(28), unit: OF_CLOSE, source: WILDER_1978, version: 1 },
  { name: 'atr_ratio_7_28', kernel: trueRangeRatio, output: 'ratio', parameters: { short: 7, long: 28 }, lookBack: 28 + wilderMemory(28), unit: 'ratio', source: 'ATR(7) / ATR(28)', version: 1 },
  { name: 'true_range', kernel: trueRangeOfBar, output: 'share', parameters: {}, lookBack: 1, unit: OF_CLOSE, source: `${WILDER_1978}’s TRANGE / close`, version: 1 },
  { name: 'bollinger_upper_20_2', ...BOLLINGER, output: 'upper', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_middle_20_2', ...BOLLINGER, output: 'middle', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_lower_20_2', ...BOLLINGER, output: 'lower', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_width_20_2', ...BOLLINGER, output: 'width', lookBack: 19, unit: 'share of the middle band', source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_position_20_2', ...BOLLINGER, output: 'position', lookBack: 19, unit: '0 (lower band) to 1 (upper)', source: `${BOLLINGER_SOURCE}; %b`, version: 1 },
  { name: 'bollinger_width_50_2', ...BOLLINGER_50, output: 'width', lookBack: 49, unit: 'share of the middle band', source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_position_50_2', ...BOLLINGER_50, output: 'position', lookBack: 49, unit: '0 (lower band) to 1 (upper)', source: `${BOLLINGER_SOURCE}; %b`, version: 1 },
  { name: 'keltner_position_20_10', kernel: keltnerChannel, output: 'position', parameters: { period: 20, ranges: 10 }, lookBack: 19 + Math.max(memory(20), wilderMemory(10)), unit: 'multiple of ATR', source: 'Keltner (1960), Raschke’s: (close − EMA) / ATR', version: 1 },
  { name: 'midprice_14', kernel: priceChannel, output: 'middle', parameters: { period: 14 }, lookBack: 13, unit: OF_CLOSE, source: 'TA-Lib’s MIDPRICE / close − 1', version: 1 },
  { name: 'donchian_width_20', kernel: priceChannel, output: 'width', parameters: { period: 20 }, lookBack: 19, unit: OF_CLOSE, source: 'Donchian’s channel of highs and lows', version: 1 },
  { name: 'donchian_width_50', kernel: priceChannel, output: 'width', parameters: { period: 50 }, lookBack: 49, unit: OF_CLOSE, source: 'Donchian’s channel of highs and lows', version: 1 },
  { name: 'volatility_10', kernel: logReturnDeviation, output: 'deviation', parameters: { period: 10 }, lookBack: 10, unit: PER_BAR, source: DEVIATION_SOURCE, version: 1 },
  { name: 'volatility_20', kernel: logReturnDeviation, output: 'deviation', parameters: { period: 20 }, lookBack: 20, unit: PER_BAR, source: DEVIATION_SOURCE, version: 1 },
  { name: 'volatility_50', kernel: logReturnDeviation, output: 'deviation', parameters: { period: 50 }, lookBack: 50, unit: PER_BAR, source: DEVIATION_SOURCE, version: 1 },
  { name: 'volatility_200', kernel: logReturnDeviation, output: 'deviation', parameters: { period: 200 }, lookBack: 200, unit: PER_BAR, source: DEVIATION_SOURCE, version: 1 },
  { name: 'volatility_ratio_10_50', kernel: volatilityRatio, output: 'ratio', parameters: { short: 10, long: 50 }, lookBack: 50, unit: 'ratio', source: DEVIATION_SOURCE, version: 1 },
  { name: 'downside_deviation_20', kernel: downsideDeviation, output: 'deviation', parameters: { period: 20 }, lookBack: 20, unit: PER_BAR, source: 'Sortino & van der Meer (1991), target 0', version: 1 },
  { name: 'parkinson_20', ...RANGE_20, output: 'parkinson', lookBack: 19, unit: PER_BAR, source: 'Parkinson (1980)', version: 1 },
  { name: 'garman_klass_20', ...RANGE_20, output: 'garmanKlass', lookBack: 19, unit: PER_BAR, source: 'Garman & Klass (1980)', version: 1 },
  { name: 'rogers_satchell_20', ...RANGE_20, output: 'rogersSatchell', lookBack: 19, unit: PER_BAR, source: 'Rogers & Satchell (1991)', version: 1 },
  { name: 'yang_zhang_20', ...RANGE_20, output: 'yangZhang', lookBack: 20, unit: PER_BAR, source: 'Yang & Zhang (2000)', version: 1 },
];
