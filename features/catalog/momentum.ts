import { memory, wilderMemory } from '../definition.ts';
import { candleShares, meanBody } from '../kernels/candle-shape.ts';
import { priceChannel, slowStochastic, stochastic } from '../kernels/channel.ts';
import { commodityChannelIndex } from '../kernels/commodity-channel.ts';
import { chandeMomentum, logReturnOfBar, momentumInRanges, rateOfChange } from '../kernels/momentum.ts';
import { awesomeOscillator, priceOscillator, ultimateOscillator } from '../kernels/price-oscillators.ts';
import { relativeStrengthIndex, stochasticStrength } from '../kernels/relative-strength.ts';
import { trueStrengthIndex } from '../kernels/true-strength.ts';
import type { CatalogLine } from './line.ts';

const WILDER_1978 = 'Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib';
const OF_CLOSE = 'share of close';
const STOCHASTIC_STRENGTH = {
  kernel: stochasticStrength,
  parameters: { period: 14, window: 5, smoothing: 3 },
} as const;

// biome-ignore format: one line per feature
export const MOMENTUM: readonly CatalogLine[] = [
  { name: 'rsi_14', kernel: relativeStrengthIndex, output: 'index', parameters: { period: 14 }, lookBack: 14 + wilderMemory(14), unit: '0-100', source: WILDER_1978, version: 1 },
  { name: 'rsi_7', kernel: relativeStrengthIndex, output: 'index', parameters: { period: 7 }, lookBack: 7 + wilderMemory(7), unit: '0-100', source: WILDER_1978, version: 1 },
  { name: 'rsi_21', kernel: relativeStrengthIndex, output: 'index', parameters: { period: 21 }, lookBack: 21 + wilderMemory(21), unit: '0-100', source: WILDER_1978, version: 1 },
  { name: 'log_return_1', kernel: logReturnOfBar, output: 'value', parameters: {}, lookBack: 1, unit: 'log return', source: 'log(close / previous close)', version: 1 },
  { name: 'roc_3', kernel: rateOfChange, output: 'percent', parameters: { period: 3 }, lookBack: 3, unit: 'percent', source: 'TA-Lib’s ROC', version: 1 },
  { name: 'roc_10', kernel: rateOfChange, output: 'percent', parameters: { period: 10 }, lookBack: 10, unit: 'percent', source: 'TA-Lib’s ROC', version: 1 },
  { name: 'roc_20', kernel: rateOfChange, output: 'percent', parameters: { period: 20 }, lookBack: 20, unit: 'percent', source: 'TA-Lib’s ROC', version: 1 },
  { name: 'roc_50', kernel: rateOfChange, output: 'percent', parameters: { period: 50 }, lookBack: 50, unit: 'percent', source: 'TA-Lib’s ROC', version: 1 },
  { name: 'momentum_10_atr_14', kernel: momentumInRanges, output: 'ratio', parameters: { period: 10, ranges: 14 }, lookBack: 14 + wilderMemory(14), unit: 'multiple of ATR', source: 'TA-Lib’s MOM / ATR', version: 1 },
  { name: 'stochastic_k_14', kernel: stochastic, output: 'k', parameters: { period: 14 }, lookBack: 13, unit: '0-100', source: 'Lane; TA-Lib’s STOCHF, raw %K', version: 1 },
  { name: 'stochastic_slow_k_14_3', kernel: slowStochastic, output: 'k', parameters: { period: 14, smoothing: 3 }, lookBack: 15, unit: '0-100', source: 'Lane; TA-Lib’s STOCH, slow %K', version: 1 },
  { name: 'stochastic_slow_d_14_3', kernel: slowStochastic, output: 'd', parameters: { period: 14, smoothing: 3 }, lookBack: 17, unit: '0-100', source: 'Lane; TA-Lib’s STOCH, slow %D', version: 1 },
  { name: 'stochastic_rsi_k_14_5', ...STOCHASTIC_STRENGTH, output: 'k', lookBack: 18 + wilderMemory(14), unit: '0-100', source: 'Chande & Kroll (1994); TA-Lib’s STOCHRSI', version: 1 },
  { name: 'stochastic_rsi_d_14_5_3', ...STOCHASTIC_STRENGTH, output: 'd', lookBack: 20 + wilderMemory(14), unit: '0-100', source: 'Chande & Kroll (1994); TA-Lib’s STOCHRSI', version: 1 },
  { name: 'williams_r_14', kernel: priceChannel, output: 'williams', parameters: { period: 14 }, lookBack: 13, unit: '-100 to 0', source: 'Williams (1973); TA-Lib’s WILLR', version: 1 },
  { name: 'williams_r_28', kernel: priceChannel, output: 'williams', parameters: { period: 28 }, lookBack: 27, unit: '-100 to 0', source: 'Williams (1973); TA-Lib’s WILLR', version: 1 },
  { name: 'cci_20', kernel: commodityChannelIndex, output: 'index', parameters: { period: 20 }, lookBack: 19, unit: 'multiple of 0.015 mean deviations', source: 'Lambert (1980); TA-Lib’s CCI', version: 1 },
  { name: 'cmo_9', kernel: chandeMomentum, output: 'balance', parameters: { period: 9 }, lookBack: 9, unit: '-100 to 100', source: 'Chande & Kroll, The New Technical Trader (1994)', version: 1 },
  { name: 'cmo_20', kernel: chandeMomentum, output: 'balance', parameters: { period: 20 }, lookBack: 20, unit: '-100 to 100', source: 'Chande & Kroll, The New Technical Trader (1994)', version: 1 },
  { name: 'ppo_12_26', kernel: priceOscillator, output: 'percent', parameters: { fast: 12, slow: 26 }, lookBack: 25 + memory(26), unit: 'percent', source: 'TA-Lib’s PPO of exponential averages', version: 1 },
  { name: 'ultimate_oscillator_7_14_28', kernel: ultimateOscillator, output: 'index', parameters: { short: 7, middle: 14, long: 28 }, lookBack: 28, unit: '0-100', source: 'Williams (1976); TA-Lib’s ULTOSC', version: 1 },
  { name: 'tsi_25_13', kernel: trueStrengthIndex, output: 'index', parameters: { long: 25, short: 13 }, lookBack: 1 + memory(25, 2), unit: '-100 to 100', source: 'Blau (1991)', version: 1 },
  { name: 'balance_of_power', kernel: candleShares, output: 'signedBody', parameters: {}, lookBack: 0, unit: '-1 to 1', source: 'Livshin (2001); TA-Lib’s BOP', version: 1 },
  { name: 'balance_of_power_14', kernel: meanBody, output: 'signed', parameters: { period: 14 }, lookBack: 13, unit: '-1 to 1', source: 'Livshin (2001); mean of TA-Lib’s BOP', version: 1 },
  { name: 'awesome_oscillator_5_34', kernel: awesomeOscillator, output: 'share', parameters: { fast: 5, slow: 34 }, lookBack: 33, unit: OF_CLOSE, source: 'Williams, New Trading Dimensions (1998), / close', version: 1 },
];
