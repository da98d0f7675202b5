import { clipped, rule } from './rule.ts';

/** What each part may add to the score. */
const WEIGHTS = { trend: 0.4, momentum: 0.4, volume: 0.2 } as const;

/** Short by long deviation of returns: up to CALM nothing is taken off, at WILD all. */
const CALM = 1.5;
const WILD = 3;

/**
 * A score over trend, momentum and volume, less where the market has turned wild. Distances are in ATR(14), each part is cut
 * at ±1; docs/predictions.md has the formula.
 */
export const PROFESSIONAL_ANALYZER = rule(
  'PROFESSIONAL_ANALYZER',
  [
    'sma_20',
    'sma_50',
    'rsi_14',
    'momentum_10_atr_14',
    'macd_histogram_12_26_9',
    'atr_14',
    'volatility_ratio_10_50',
    'chaikin_money_flow_20',
    'obv_20',
  ],
  values => {
    const inRanges = (share: number) => share / values.atr_14;
    const trend =
      (clipped(inRanges(values.sma_20 - values.sma_50) / 2) + clipped(inRanges(-values.sma_20) / 2)) / 2;
    const momentum =
      (clipped((values.rsi_14 - 50) / 20) +
        clipped(values.momentum_10_atr_14 / 3) +
        clipped(inRanges(values.macd_histogram_12_26_9) / 0.25)) /
      3;
    const volume = (clipped(values.chaikin_money_flow_20 / 0.2) + clipped(values.obv_20 / 0.4)) / 2;
    const score = WEIGHTS.trend * trend + WEIGHTS.momentum * momentum + WEIGHTS.volume * volume;
    return calmness(values.volatility_ratio_10_50) * score;
  },
);

/** 1 in a usual market, 0 in one whose returns spread three times as wide as they lately did. */
function calmness(volatilityRatio: number): number {
  return Math.min(1, Math.max(0, (WILD - volatilityRatio) / (WILD - CALM)));
}
