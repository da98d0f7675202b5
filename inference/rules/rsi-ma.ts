import { clipped, rule } from './rule.ts';

/** Beyond these the move is taken for spent. */
const OVERBOUGHT = 70;
const OVERSOLD = 30;

/**
 * With the cross of two averages where RSI(14) is on the same side of 50 and not at its end: half of the score is how far
 * the averages are apart (2 ATR(14) for all of it), half how far the RSI is from 50 (15 for all of it).
 */
export const RSI_MA = rule('RSI_MA', ['sma_10', 'sma_50', 'rsi_14', 'atr_14'], values => {
  const apart = clipped((values.sma_10 - values.sma_50) / values.atr_14 / 2);
  const strength = clipped((values.rsi_14 - 50) / 15);
  // 0 / 0: nothing moves, which is neither spent nor anything else.
  if (Number.isNaN(apart)) return apart;
  const isSpent = values.rsi_14 > OVERBOUGHT || values.rsi_14 < OVERSOLD;
  if (isSpent || apart * strength < 0) return 0;
  return (apart + strength) / 2;
});
