import { memory } from '../definition.ts';
import { chaikinMoneyFlow, chaikinOscillator, moneyFlowIndex, signedVolume } from '../kernels/money-flow.ts';
import { volumeChange, volumeRatio, volumeScore, volumeTrend } from '../kernels/volume.ts';
import {
  easeOfMovement,
  forceIndex,
  returnVolumeCorrelation,
  volumeBeta,
  volumeWeightedPrice,
} from '../kernels/volume-price.ts';
import type { CatalogLine } from './line.ts';

/** Volumes spread over orders of magnitude, so that a start takes longer to go under. */
const SPIKE_BARS = 50;

const OF_CLOSE = 'share of close';
const OF_VOLUME = 'share of the volume';
const OF_MEAN = 'multiple of the mean volume';
const RATIO_SOURCE = 'volume / TA-Lib’s SMA of volume, the bar included';
const OBV_SOURCE = 'Granville (1963); change of TA-Lib’s OBV / sum of volume';

// biome-ignore format: one line per feature
export const VOLUME: readonly CatalogLine[] = [
  { name: 'volume_ratio_5', kernel: volumeRatio, output: 'ratio', parameters: { period: 5 }, lookBack: 4, unit: OF_MEAN, source: RATIO_SOURCE, version: 1 },
  { name: 'volume_ratio_20', kernel: volumeRatio, output: 'ratio', parameters: { period: 20 }, lookBack: 19, unit: OF_MEAN, source: RATIO_SOURCE, version: 1 },
  { name: 'volume_ratio_50', kernel: volumeRatio, output: 'ratio', parameters: { period: 50 }, lookBack: 49, unit: OF_MEAN, source: RATIO_SOURCE, version: 1 },
  { name: 'volume_trend_5_20', kernel: volumeTrend, output: 'ratio', parameters: { short: 5, long: 20 }, lookBack: 19, unit: OF_MEAN, source: 'TA-Lib’s SMA(5) / SMA(20) of volume', version: 1 },
  { name: 'volume_zscore_20', kernel: volumeScore, output: 'score', parameters: { period: 20 }, lookBack: 19, unit: 'population deviations', source: '(volume − mean) / deviation', version: 1 },
  { name: 'volume_zscore_50', kernel: volumeScore, output: 'score', parameters: { period: 50 }, lookBack: 49, unit: 'population deviations', source: '(volume − mean) / deviation', version: 1 },
  { name: 'volume_change_1', kernel: volumeChange, output: 'share', parameters: {}, lookBack: 1, unit: '-1 to 1', source: 'difference / sum of two bars’ volumes', version: 1 },
  { name: 'obv_20', kernel: signedVolume, output: 'balance', parameters: { period: 20 }, lookBack: 20, unit: OF_VOLUME, source: OBV_SOURCE, version: 1 },
  { name: 'obv_50', kernel: signedVolume, output: 'balance', parameters: { period: 50 }, lookBack: 50, unit: OF_VOLUME, source: OBV_SOURCE, version: 1 },
  { name: 'up_volume_share_14', kernel: signedVolume, output: 'up', parameters: { period: 14 }, lookBack: 14, unit: OF_VOLUME, source: 'volume of bars that closed higher / volume', version: 1 },
  { name: 'mfi_14', kernel: moneyFlowIndex, output: 'index', parameters: { period: 14 }, lookBack: 14, unit: '0-100', source: 'Quong & Soudack (1989); TA-Lib’s MFI', version: 1 },
  { name: 'chaikin_oscillator_3_10_20', kernel: chaikinOscillator, output: 'ratio', parameters: { fast: 3, slow: 10, period: 20 }, lookBack: 19 + memory(10) + SPIKE_BARS, unit: OF_MEAN, source: 'Chaikin; TA-Lib’s ADOSC / SMA(20) of volume', version: 1 },
  { name: 'chaikin_money_flow_20', kernel: chaikinMoneyFlow, output: 'share', parameters: { period: 20 }, lookBack: 19, unit: OF_VOLUME, source: 'Chaikin; change of TA-Lib’s AD / sum of volume', version: 1 },
  { name: 'vwap_20', kernel: volumeWeightedPrice, output: 'relative', parameters: { period: 20 }, lookBack: 19, unit: OF_CLOSE, source: 'typical price weighted by volume / close − 1', version: 1 },
  { name: 'vwap_50', kernel: volumeWeightedPrice, output: 'relative', parameters: { period: 50 }, lookBack: 49, unit: OF_CLOSE, source: 'typical price weighted by volume / close − 1', version: 1 },
  { name: 'force_index_13', kernel: forceIndex, output: 'share', parameters: { period: 13 }, lookBack: 1 + memory(13) + SPIKE_BARS, unit: '-1 to 1', source: 'Elder, Trading for a Living (1993), / EMA of its size', version: 1 },
  { name: 'ease_of_movement_14', kernel: easeOfMovement, output: 'mean', parameters: { period: 14 }, lookBack: 27, unit: 'square of a share of close', source: 'Arms (1983), by mean volume', version: 1 },
  { name: 'return_volume_correlation_30', kernel: returnVolumeCorrelation, output: 'correlation', parameters: { period: 30 }, lookBack: 30, unit: '-1 to 1', source: 'Pearson, of log return and volume', version: 1 },
  { name: 'volume_beta_5', kernel: volumeBeta, output: 'beta', parameters: { period: 5 }, lookBack: 5, unit: 'volume change per price change', source: 'TA-Lib’s BETA of close and volume', version: 1 },
];
