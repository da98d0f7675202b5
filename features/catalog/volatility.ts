import { wilderMemory } from '../definition.ts';
import { bollingerBands } from '../kernels/bollinger.ts';
import { logReturnDeviation, relativeTrueRange } from '../kernels/volatility.ts';
import type { CatalogLine } from './line.ts';

const OF_CLOSE = 'share of close';
const WILDER_1978 = 'Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib';
const BOLLINGER_SOURCE = 'Bollinger (1983); TA-Lib’s BBANDS, population deviation';
const BOLLINGER = { kernel: bollingerBands, parameters: { period: 20, deviations: 2 } } as const;

// biome-ignore format: one line per feature
export const VOLATILITY: readonly CatalogLine[] = [
  { name: 'atr_14', kernel: relativeTrueRange, output: 'relative', parameters: { period: 14 }, lookBack: 14 + wilderMemory(14), unit: OF_CLOSE, source: WILDER_1978, version: 1 },
  { name: 'bollinger_upper_20_2', ...BOLLINGER, output: 'upper', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_middle_20_2', ...BOLLINGER, output: 'middle', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_lower_20_2', ...BOLLINGER, output: 'lower', lookBack: 19, unit: OF_CLOSE, source: BOLLINGER_SOURCE, version: 1 },
  { name: 'bollinger_width_20_2', ...BOLLINGER, output: 'width', lookBack: 19, unit: 'share of the middle band', source: BOLLINGER_SOURCE, version: 1 },
  { name: 'volatility_20', kernel: logReturnDeviation, output: 'deviation', parameters: { period: 20 }, lookBack: 20, unit: 'log return per bar', source: 'population deviation of log returns', version: 1 },
];
