/** Rows whose probability of a class is alike: what was said of them, and what came. */
export interface ReliabilityBin {
  readonly rows: number;
  /** Mean of the probabilities. */
  readonly probability: number;
  /** Share of the rows that were of the class. */
  readonly frequency: number;
}

/** Of one class: bins of about equally many rows, by ascending probability. At most ten. */
export interface ReliabilityCurve {
  readonly class: string;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * The account of the test block's backtest, thinned so that no extreme is lost: columns of equal length, a few hundred
 * lines at most. Both accounts start with 1 at the open of the first bar.
 */
export interface EquityCurve {
  /** Open times of the bars at whose closes the account is marked, epoch ms. */
  readonly time: readonly number[];
  readonly equity: readonly number[];
  /** Of who bought at the first bar's open and held, without costs. */
  readonly buyAndHold: readonly number[];
}
