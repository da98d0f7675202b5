/**
 * How often the best of several trials on half of the bars is no better than their median on the other half: what choosing
 * by backtest is worth. (Combinatorially symmetric cross-validation.) Sharpe ratios are per bar, after costs.
 */
export interface Overfitting {
  readonly trials: number;
  readonly bars: number;
  /** The bars are cut into so many; half of them choose, the others judge. */
  readonly blocks: number;
  /** Ways to choose them. */
  readonly splits: number;
  /** Probability of backtest overfitting: share of the splits in which the chosen trial came out at the median or below. */
  readonly probability: number;
  /** Share of the splits in which it lost money on the other bars. */
  readonly lossProbability: number;
  /** Of log(ω / (1 − ω)), ω its rank over trials + 1: below 0 where the choice makes things worse. */
  readonly meanLogit: number;
  readonly meanSharpeInSample: number;
  readonly meanSharpeOutOfSample: number;
  /** How the ratio on the other bars grows with the one that it was chosen for; null where that never varies. */
  readonly slope: number | null;
}
