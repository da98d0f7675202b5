import type { Costs, ExitReason } from './backtest.ts';
import type { CalibrationReport } from './calibration.ts';
import type { EquityCurve, ReliabilityCurve } from './curves.ts';
import type { DecisionRule } from './decision.ts';
import type { AttributionSummary, PermutationImportance } from './explanation.ts';
import type { Stability } from './stability.ts';

/** A point estimate with its 95 % interval from the block bootstrap; null where it is not defined. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface ClassMetrics {
  readonly class: string;
  readonly support: number;
  readonly predicted: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of this class against the others; null where the class or the others are absent. */
  readonly auc: number | null;
  readonly averagePrecision: number | null;
}

/** Classification metrics over one block, by scikit-learn's conventions (an absent class's AUC is null). */
export interface Metrics {
  readonly rows: number;
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  readonly mcc: number;
  /** Cohen's kappa; null where truth and predictions are one class throughout. */
  readonly kappa: number | null;
  /**
   * AUC of LONG against SHORT: P(LONG) / (P(LONG) + P(SHORT)) on rows labelled LONG or SHORT; of a model that approves
   * signals, of APPROVE against REJECT.
   */
  readonly directionalAuc: number | null;
  readonly logLoss: number;
  /** Multi-class Brier score: mean over rows of the sum over classes of (p − y)². */
  readonly brier: number;
  /** Rows are true classes, columns predicted ones, in the task's class order. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassMetrics[];
}

/** Net of costs unless it says gross; returns are simple returns per trade on the entry's notional. */
export interface BacktestSummary {
  readonly bars: number;
  readonly trades: number;
  readonly longTrades: number;
  readonly shortTrades: number;
  readonly hitRate: number | null;
  readonly meanGrossReturn: number | null;
  readonly meanNetReturn: number | null;
  /** Of an account that puts its whole equity into each trade in turn (compounded): what it ends with over its purse, less 1. */
  readonly totalNetReturn: number;
  /** Largest fall of that account from an earlier peak, marked at each bar's close, as a share of the peak. */
  readonly maxDrawdown: number;
  readonly meanHoldingBars: number | null;
  /** Share of the bars in which a position was open; not in the one at whose open a signal closed it. */
  readonly exposure: number;
  readonly costsPerSideBps: number;
  /** Trades by how they were left; evidence of earlier versions knows neither `trailing` nor `liquidation`. */
  readonly exits: Readonly<
    Record<Exclude<ExitReason, 'trailing' | 'liquidation'>, number> &
      Partial<Record<'trailing' | 'liquidation', number>>
  >;
  /** What was paid, by kind, as multiples of the purse. Missing in evidence of earlier versions, as is turnover. */
  readonly costs?: Costs;
  /** Notional that changed hands, entries and exits, as a multiple of the purse. */
  readonly turnover?: number;
  readonly marketKind: 'spot' | 'swap';
}

/**
 * How good the backtest's returns are for how much they vary, and how much of that luck explains: of one model, and of the
 * best of all that were tried. Null where there was no trade.
 */
export interface SharpeEvidence {
  /** Mean over deviation of the net returns per bar. */
  readonly perBar: number | null;
  /** The same per year of 365 days, as if bars were independent. */
  readonly annualised: number | null;
  /** Probability that the true ratio is above 0 (Bailey and López de Prado 2012). */
  readonly probabilistic: number | null;
  /** Probability that it is above what the best of `trials` without skill would show (2014). */
  readonly deflated: number | null;
  /** Different configurations that had been tried for the series by then, the model's own included. */
  readonly trials: number;
  /** What the best of them would show per bar without skill. */
  readonly expectedMaximum: number;
  /** Where the spread of the trials' ratios comes from: their own, or that of estimates without skill. */
  readonly spread: 'logged trials' | 'no skill';
}

export type RuleOutcome = 'pass' | 'fail' | 'inconclusive';

/** One line of the gate's table. */
export interface RuleResult {
  readonly rule: string;
  readonly outcome: RuleOutcome;
  readonly required: boolean;
  /** Every number the rule looked at, by name. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** What had to hold, e.g. `low(mcc) > 0`. */
  readonly threshold: string;
  /** One sentence for people. */
  readonly reason: string;
}

/** What was measured on the machine that made a model. It stands in no file that is hashed: same inputs, same bytes. */
export interface Measurements {
  /** Median of one prediction in-process, ms; null where it is not known. */
  readonly latencyMs: number | null;
}

/** What `validateModel` found on the test block with the artifact that would serve: `metrics.json`. */
export interface Evidence {
  readonly series: string;
  readonly recipe: string;
  readonly packageId: string;
  /** What was decided and judged: the task's classes, or directions of a return. */
  readonly classes: readonly string[];
  /** Packages of earlier versions chose the likeliest class and were not calibrated. */
  readonly decision?: DecisionRule;
  readonly calibration?: CalibrationReport | null;
  readonly testBlock: { readonly fromTime: number; readonly toTime: number; readonly rows: number };
  /** Last label end of training and validation rows, epoch ms: bars after it are unseen. */
  readonly trainedThroughTime: number;
  readonly metrics: Metrics;
  /** The same metrics of always predicting the training block's majority class. */
  readonly baseline: Metrics;
  readonly intervals: {
    readonly accuracy: Estimate;
    readonly balancedAccuracy: Estimate;
    readonly macroF1: Estimate;
    readonly mcc: Estimate;
    readonly directionalAuc: Estimate;
    readonly logLoss: Estimate;
    readonly brier: Estimate;
    readonly grossReturnPerTrade: Estimate;
    readonly netReturnPerTrade: Estimate;
  };
  readonly bootstrap: {
    readonly method: 'moving-block';
    readonly blockRows: number;
    readonly draws: number;
    readonly generator: string;
    readonly seed: number;
  };
  readonly backtest: BacktestSummary;
  /** Missing in evidence of earlier versions. */
  readonly sharpe?: SharpeEvidence;
  /** The same; by month and by volatility regime. */
  readonly stability?: Stability;
  /** The same; what calibration and equity plots show, of bounded size. */
  readonly reliability?: readonly ReliabilityCurve[];
  readonly equityCurve?: EquityCurve;
  /** What each feature gained while the model learnt; empty where its estimator knows no gain. */
  readonly importance: readonly { readonly feature: string; readonly gain: number; readonly share: number }[];
  /** Both missing in evidence of earlier versions. */
  readonly permutationImportance?: PermutationImportance;
  readonly attributions?: AttributionSummary;
  readonly parity: ParityReport;
  readonly modelBytes: number;
  readonly rules: readonly RuleResult[];
  /** Whether all required rules passed. */
  readonly eligible: boolean;
  /** Set by the edge rule alone. */
  readonly tradable: boolean;
}

/** How closely the ONNX model answers as the estimator's own prediction does. */
export interface ParityReport {
  readonly rows: number;
  readonly maxDifference: number;
  readonly tolerance: number;
  /** Rows whose arg-max differs although the margin is over 1e-5. */
  readonly disagreements: number;
}

/** How a promotion's question was answered. */
export type OfferDecision = 'promoted' | 'kept' | 'rejected' | 'awaiting approval';
