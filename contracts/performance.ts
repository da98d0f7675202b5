import type { BlockedEntries, Costs, ExitReason, RefusedOrders, TradeSide } from './backtest.ts';
import type { Timeframe } from './series.ts';

/**
 * Figures of a backtest. Returns and drawdowns are shares (0.1 is 10 %), a year has 365 days, times are epoch ms of bars'
 * opens; what is not defined (a ratio without losses, a rate without a bar) is null, never NaN or infinite.
 */
export interface Performance {
  readonly timeframe: Timeframe;
  /** Open of the first bar and close of the last; null where no bar was played. */
  readonly fromTime: number | null;
  readonly toTime: number | null;
  readonly bars: number;
  readonly initialCash: number;
  readonly finalEquity: number;
  readonly account: AccountFigures;
  readonly drawdown: Drawdown;
  readonly exposure: Exposure;
  readonly turnover: Turnover;
  readonly costs: CostFigures;
  readonly refused: RefusedOrders;
  /** Entries that rules kept back; absent: the policy has none. */
  readonly blocked?: BlockedEntries;
  readonly trades: TradeFigures;
  readonly bySide: readonly TradeGroup<TradeSide>[];
  readonly bySymbol: readonly TradeGroup<string>[];
  readonly byExitReason: readonly TradeGroup<ExitReason>[];
  /** Calendar months (UTC) that have bars, ascending. */
  readonly months: readonly MonthFigures[];
  readonly buyAndHold: ReturnFigures;
  /** Null without a trade, or where the positions leave no room to place them elsewhere. */
  readonly randomEntries: RandomEntries | null;
  readonly monteCarlo: MonteCarlo;
}

/** Of equity marked at the closes. */
export interface ReturnFigures {
  readonly totalReturn: number;
  /** Compound annual growth rate; null where it exceeds all numbers, as over minutes. */
  readonly cagr: number | null;
  /** Deviation (n − 1) of the returns per bar × √(bars per year). */
  readonly volatility: number | null;
  /** Mean over deviation (n − 1) of the returns per bar × √(bars per year), no riskless rate. */
  readonly sharpe: number | null;
  /** Mean over downside deviation √(Σ min(r, 0)² / n), annualised alike. */
  readonly sortino: number | null;
  /** CAGR over the largest drawdown. */
  readonly calmar: number | null;
  /** Largest fall from an earlier peak as a share of the peak, ≥ 0. */
  readonly maxDrawdown: number;
}

export interface AccountFigures extends ReturnFigures {
  readonly sharpePerBar: number | null;
  readonly sortinoPerBar: number | null;
  /** Population skewness and kurtosis (3 for a normal distribution) of the returns per bar. */
  readonly skewness: number | null;
  readonly kurtosis: number | null;
  /** Probability that the true Sharpe ratio is above 0 (Bailey and López de Prado 2012). */
  readonly probabilisticSharpe: number | null;
  readonly bestBar: number | null;
  readonly worstBar: number | null;
}

/** The deepest fall, and the longest time under a peak. */
export interface Drawdown {
  readonly depth: number;
  /** Bars at whose closes the peak, the low and the first equity back at the peak stood; null where there was no fall. */
  readonly peakTime: number | null;
  readonly lowTime: number | null;
  /** Null: not recovered by the end. */
  readonly recoveredTime: number | null;
  /** Bars from the peak to the recovery or the end. */
  readonly bars: number;
  /** Most bars between a peak and the next equity that reached it, of any fall. */
  readonly longestBars: number;
}

export interface Exposure {
  /** Share of the bars in which a position was open. */
  readonly share: number | null;
  /** Gross position value over equity at the closes: on average over all bars, and at most. */
  readonly meanLeverage: number | null;
  readonly maxLeverage: number | null;
}

export interface Turnover {
  /** Notional that changed hands, in quote. */
  readonly notional: number;
  /** Times a year that the average equity changed hands. */
  readonly perYear: number | null;
}

export interface CostFigures extends Costs {
  readonly total: number;
  /** Of the profit before costs; null where there was none. */
  readonly shareOfGrossProfit: number | null;
  /** Of the notional that changed hands, in basis points. */
  readonly bpsOfTurnover: number | null;
}

/** Money in quote, returns on the entry notional. */
export interface TradeFigures {
  readonly trades: number;
  /** Trades that gained after costs. */
  readonly wins: number;
  readonly hitRate: number | null;
  /** Sum of the gains over the sum of the losses, after costs. */
  readonly profitFactor: number | null;
  /** Mean gain of a trade after costs, in quote. */
  readonly expectancy: number | null;
  readonly meanNetReturn: number | null;
  readonly medianNetReturn: number | null;
  readonly meanGrossReturn: number | null;
  /** Mean net return of the trades that gained, and of the others. */
  readonly meanWin: number | null;
  readonly meanLoss: number | null;
  /** Net returns. */
  readonly best: number | null;
  readonly worst: number | null;
  readonly meanBarsHeld: number | null;
  readonly medianBarsHeld: number | null;
  readonly maxBarsHeld: number | null;
  /** Most trades in a row that did not gain, in the order of their exits. */
  readonly longestLosingRun: number;
  readonly grossPnl: number;
  readonly costs: Costs;
  readonly netPnl: number;
}

export interface TradeGroup<Key extends string> extends TradeFigures {
  readonly key: Key;
}

export interface MonthFigures {
  /** `2019-03`. */
  readonly month: string;
  /** Null where nothing was left to gain with. */
  readonly return: number | null;
  /** Trades that ended in it, and what they made, in quote. */
  readonly trades: number;
  readonly netPnl: number;
}

/** A sample of draws in bounded size. */
export interface Distribution {
  readonly draws: number;
  readonly mean: number;
  readonly p05: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
  readonly histogram: Histogram;
}

/** Bins of equal width over all but the outermost 0.5 % at either end, which the outermost bins hold. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** The same sides, holding times, sizes and costs, entered at random times instead; returns are the trades' compounded. */
export interface RandomEntries {
  readonly seed: number;
  readonly ownReturn: number;
  readonly totalReturn: Distribution;
  /** Share of the draws that did worse, those as good counted half. */
  readonly percentile: number;
  /** Probability that random entries do as well or better: (1 + draws at least as good) / (1 + draws). */
  readonly pValue: number;
}

export interface MonteCarlo {
  readonly seed: number;
  /** Null with under two trades. */
  readonly tradeOrder: ShuffledTrades | null;
  /** Null without a trade, or with under ten blocks. */
  readonly resampledReturns: ResampledReturns | null;
}

/** The trades in random orders: the same end, other ways to it. */
export interface ShuffledTrades {
  /** Largest drawdown at the trades' ends, in the order that happened. */
  readonly ownDrawdown: number;
  readonly drawdown: Distribution;
  /** Share of the orders with a deeper drawdown. */
  readonly shareDeeper: number;
}

/** Moving blocks of the account's returns per bar, drawn with replacement (Künsch 1989). */
export interface ResampledReturns {
  readonly blockBars: number;
  readonly totalReturn: Distribution;
  readonly probabilityOfLoss: number;
  /** Quantiles of equity over initial cash on the way, by bars since the start. */
  readonly fan: readonly FanPoint[];
}

export interface FanPoint {
  readonly bars: number;
  readonly p05: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}
