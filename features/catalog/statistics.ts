import {
  closeVolumeCorrelation,
  moveVolumeCorrelation,
  returnAutocorrelation,
} from '../kernels/correlation.ts';
import {
  closeOrder,
  closeScore,
  downsideShare,
  returnScore,
  returnShape,
  returnTails,
} from '../kernels/statistics.ts';
import { efficiencyRatio, regressionFit, varianceRatio } from '../kernels/walk.ts';
import type { CatalogLine } from './line.ts';

const OF_CLOSE = 'share of close';
const OF_DEVIATION = 'sample deviations';
const RETURN = 'log return per bar';
const COEFFICIENT = '-1 to 1';

const SCORE_SOURCE = '(x − mean) / sample deviation; pandas’ rolling mean and std';
const SHAPE_SOURCE = 'Joanes and Gill (1998), G1 and G2; pandas’ rolling skew and kurt';
const QUANTILE_SOURCE = 'Hyndman and Fan (1996), type 7; pandas’ rolling quantile / close − 1';
const RANK_SOURCE = 'average rank / period; pandas’ rolling rank(pct)';
const CORRELATION_SOURCE = 'Pearson’s r; pandas’ rolling corr';
const KAUFMAN_1995 = 'Kaufman, Smarter Trading (1995)';
const LO_MACKINLAY_1988 = 'Lo and MacKinlay (1988), about the window’s own means';
const SEMIVARIANCE_SOURCE =
  'Barndorff-Nielsen, Kinnebrock and Shephard (2010): realised semivariance / variance';

const SHAPE_30 = { kernel: returnShape, parameters: { period: 30 } } as const;
const SHAPE_100 = { kernel: returnShape, parameters: { period: 100 } } as const;
const ORDER = { kernel: closeOrder, parameters: { period: 20, tail: 0.1 } } as const;
const TAILS = { kernel: returnTails, parameters: { period: 100, tail: 0.05 } } as const;

// biome-ignore format: one line per feature
export const STATISTICS: readonly CatalogLine[] = [
  { name: 'close_zscore_20', kernel: closeScore, output: 'zscore', parameters: { period: 20 }, lookBack: 19, unit: OF_DEVIATION, source: SCORE_SOURCE, version: 1 },
  { name: 'close_zscore_50', kernel: closeScore, output: 'zscore', parameters: { period: 50 }, lookBack: 49, unit: OF_DEVIATION, source: SCORE_SOURCE, version: 1 },
  { name: 'close_zscore_100', kernel: closeScore, output: 'zscore', parameters: { period: 100 }, lookBack: 99, unit: OF_DEVIATION, source: SCORE_SOURCE, version: 1 },
  { name: 'return_zscore_20', kernel: returnScore, output: 'zscore', parameters: { period: 20 }, lookBack: 20, unit: OF_DEVIATION, source: SCORE_SOURCE, version: 1 },
  { name: 'return_zscore_100', kernel: returnScore, output: 'zscore', parameters: { period: 100 }, lookBack: 100, unit: OF_DEVIATION, source: SCORE_SOURCE, version: 1 },
  { name: 'return_deviation_20', kernel: returnScore, output: 'deviation', parameters: { period: 20 }, lookBack: 20, unit: RETURN, source: 'sample deviation; pandas’ rolling std', version: 1 },
  { name: 'return_deviation_100', kernel: returnScore, output: 'deviation', parameters: { period: 100 }, lookBack: 100, unit: RETURN, source: 'sample deviation; pandas’ rolling std', version: 1 },
  { name: 'return_skewness_30', ...SHAPE_30, output: 'skewness', lookBack: 30, unit: 'skewness', source: SHAPE_SOURCE, version: 1 },
  { name: 'return_kurtosis_30', ...SHAPE_30, output: 'kurtosis', lookBack: 30, unit: 'excess kurtosis', source: SHAPE_SOURCE, version: 1 },
  { name: 'return_skewness_100', ...SHAPE_100, output: 'skewness', lookBack: 100, unit: 'skewness', source: SHAPE_SOURCE, version: 1 },
  { name: 'return_kurtosis_100', ...SHAPE_100, output: 'kurtosis', lookBack: 100, unit: 'excess kurtosis', source: SHAPE_SOURCE, version: 1 },
  { name: 'close_quantile_10_20', ...ORDER, output: 'lower', lookBack: 19, unit: OF_CLOSE, source: QUANTILE_SOURCE, version: 1 },
  { name: 'close_median_20', ...ORDER, output: 'median', lookBack: 19, unit: OF_CLOSE, source: QUANTILE_SOURCE, version: 1 },
  { name: 'close_quantile_90_20', ...ORDER, output: 'upper', lookBack: 19, unit: OF_CLOSE, source: QUANTILE_SOURCE, version: 1 },
  { name: 'close_rank_20', ...ORDER, output: 'rank', lookBack: 19, unit: '0-1', source: RANK_SOURCE, version: 1 },
  { name: 'return_quantile_5_100', ...TAILS, output: 'lower', lookBack: 100, unit: RETURN, source: 'Hyndman and Fan (1996), type 7; pandas’ rolling quantile', version: 1 },
  { name: 'return_quantile_95_100', ...TAILS, output: 'upper', lookBack: 100, unit: RETURN, source: 'Hyndman and Fan (1996), type 7; pandas’ rolling quantile', version: 1 },
  { name: 'return_autocorrelation_30', kernel: returnAutocorrelation, output: 'coefficient', parameters: { period: 30, lag: 1 }, lookBack: 31, unit: COEFFICIENT, source: CORRELATION_SOURCE, version: 1 },
  { name: 'return_autocorrelation_100', kernel: returnAutocorrelation, output: 'coefficient', parameters: { period: 100, lag: 1 }, lookBack: 101, unit: COEFFICIENT, source: CORRELATION_SOURCE, version: 1 },
  { name: 'close_volume_correlation_30', kernel: closeVolumeCorrelation, output: 'coefficient', parameters: { period: 30 }, lookBack: 29, unit: COEFFICIENT, source: CORRELATION_SOURCE, version: 1 },
  { name: 'move_volume_correlation_30', kernel: moveVolumeCorrelation, output: 'coefficient', parameters: { period: 30 }, lookBack: 30, unit: COEFFICIENT, source: 'Karpoff (1987): |return| and volume; Pearson’s r', version: 1 },
  { name: 'variance_ratio_4_100', kernel: varianceRatio, output: 'ratio', parameters: { period: 100, multiple: 4 }, lookBack: 103, unit: 'ratio', source: LO_MACKINLAY_1988, version: 1 },
  { name: 'efficiency_ratio_10', kernel: efficiencyRatio, output: 'ratio', parameters: { period: 10 }, lookBack: 10, unit: '0-1', source: KAUFMAN_1995, version: 1 },
  { name: 'efficiency_ratio_30', kernel: efficiencyRatio, output: 'ratio', parameters: { period: 30 }, lookBack: 30, unit: '0-1', source: KAUFMAN_1995, version: 1 },
  { name: 'regression_r2_20', kernel: regressionFit, output: 'determination', parameters: { period: 20 }, lookBack: 19, unit: '0-1', source: 'R² of ordinary least squares on time', version: 1 },
  { name: 'regression_r2_50', kernel: regressionFit, output: 'determination', parameters: { period: 50 }, lookBack: 49, unit: '0-1', source: 'R² of ordinary least squares on time', version: 1 },
  { name: 'downside_share_30', kernel: downsideShare, output: 'share', parameters: { period: 30 }, lookBack: 30, unit: '0-1', source: SEMIVARIANCE_SOURCE, version: 1 },
];
