import { wilderMemory } from '../definition.ts';
import { stochastic } from '../kernels/channel.ts';
import { rateOfChange, relativeStrengthIndex } from '../kernels/momentum.ts';
import type { CatalogLine } from './line.ts';

const WILDER_1978 = 'Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib';

// biome-ignore format: one line per feature
export const MOMENTUM: readonly CatalogLine[] = [
  { name: 'rsi_14', kernel: relativeStrengthIndex, output: 'index', parameters: { period: 14 }, lookBack: 14 + wilderMemory(14), unit: '0-100', source: WILDER_1978, version: 1 },
  { name: 'roc_10', kernel: rateOfChange, output: 'percent', parameters: { period: 10 }, lookBack: 10, unit: 'percent', source: 'TA-Lib’s ROC', version: 1 },
  { name: 'stochastic_k_14', kernel: stochastic, output: 'k', parameters: { period: 14 }, lookBack: 13, unit: '0-100', source: 'Lane; TA-Lib’s STOCHF, raw %K', version: 1 },
];
