import { clipped, rule } from './rule.ts';

const PERIOD = 10;

/**
 * The log return over ten bars in the deviations that ten bars without direction would have by the last twenty returns; two
 * of them are the whole score.
 */
export const MOMENTUM = rule('MOMENTUM', ['roc_10', 'volatility_20'], ({ roc_10, volatility_20 }) =>
  clipped(Math.log1p(roc_10 / 100) / (volatility_20 * Math.sqrt(PERIOD)) / 2),
);
