import type { TradingRules } from './backtest.ts';
import type { CostSpec } from './costs.ts';
import type { LabelSpec } from './labels.ts';
import type { Performance } from './performance.ts';
import type { Policy } from './policy.ts';
import type { MarketKind, Timeframe } from './series.ts';
import type { Task } from './tasks.ts';

/** Whose predictions a symbol was traded by. */
export interface PlayedModel {
  /** Of the series that it was trained on; null: a package that is none of this home's versions. */
  readonly version: number | null;
  /** Whether it served its series when the backtest was made. */
  readonly champion: boolean;
  /** `coinbase:BTCUSD/1h`: what it was trained on, which may be another series than the one it trades here. */
  readonly trainedOn: string;
  readonly packageId: string;
  /** SHA-256 (hex) of `model.onnx`. */
  readonly modelSha256: string;
  readonly recipe: string;
  readonly task: Task;
  readonly estimator: string;
  /** Trained elsewhere. */
  readonly imported: boolean;
  /** What the gate said of it; null where the package is none of this home's versions. */
  readonly tradable: boolean | null;
  /** Open times, epoch ms: the last bar that training or validation saw, and the last that the gate judged it by. */
  readonly trainedThroughTime: number;
  readonly judgedThroughTime: number;
}

/** What became of the bars that were asked about. */
export interface SignalCounts {
  readonly long: number;
  readonly short: number;
  readonly noTrade: number;
  /** Bars at which the model would not have answered: an input missing, its leader's bar not there, or in warm-up. */
  readonly unanswered: number;
  /** Bars at which its recipe's `maxModelAgeDays` had passed, so that serving would hold. */
  readonly expired: number;
}

/** Where a swap's funding came from. */
export interface PlayedFunding {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly sha256: string;
  /** Payments within the range. */
  readonly payments: number;
}

/** Who confirmed a symbol's entries from another timeframe. */
export interface PlayedConfirmation {
  /** `coinbase:BTCUSD/4h` */
  readonly series: string;
  readonly model: PlayedModel;
  /** SHA-256 (hex) of its closes' times and of the directions that it predicted. */
  readonly signalsSha256: string;
}

/** One symbol of a backtest. */
export interface PlayedMarket {
  /** `coinbase:BTCUSD/1h` */
  readonly series: string;
  readonly symbol: string;
  readonly kind: MarketKind;
  /** Bars are generated, not recorded. */
  readonly synthetic: boolean;
  /** Null where a strategy of one's own trades without predictions. */
  readonly model: PlayedModel | null;
  /** Absent: the policy wants no confirmation. */
  readonly confirmation?: PlayedConfirmation;
  /** What `recipe` means in the policy's exits. */
  readonly labels: LabelSpec;
  readonly signals: SignalCounts;
  /**
   * SHA-256 (hex) of what was predicted at the played bars: direction, confidence and volatility. All that a prediction hangs
   * on beyond model and candles (a leader's bars, an age that was let pass) shows here.
   */
  readonly signalsSha256: string;
  /** Bars that were played, open times of the first and the last, and SHA-256 (hex) of all from the anchor to the last. */
  readonly candles: {
    readonly bars: number;
    readonly firstTime: number;
    readonly lastTime: number;
    readonly sha256: string;
  };
  /** Steps and minimums, and when the venue stated them (epoch ms); null: not known, so nothing is rounded. */
  readonly rules: (TradingRules & { readonly fetchedTime: number }) | null;
  /** Recorded rates; null: those of `costs.fundingBpsPer8h`, or none. */
  readonly funding: PlayedFunding | null;
}

/** Bars of the range that a model's training had seen: what they show says nothing of bars to come. */
export interface InSampleMark {
  /** Bars of all symbols that were played and seen, and all that were played. */
  readonly seenBars: number;
  readonly bars: number;
  /** Open time of the last seen bar. */
  readonly throughTime: number;
  /** One sentence for people. */
  readonly warning: string;
}

/** A strategy of the user's own that decided in the built-in one's place. */
export interface PlayedStrategy {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly sha256: string;
  /** What its audit tried: places at which the bars were cut off, and decisions that were asked for again. */
  readonly audit: { readonly cuts: number; readonly repeated: number };
}

/**
 * What was played, by what, on what: everything that the numbers of a backtest hang on. `backtest.json` holds it with the
 * figures. The same inputs give the same document: no clock, no machine is in it.
 */
export interface BacktestDocument {
  /** SHA-256 (hex) over all that follows. */
  readonly id: string;
  readonly alphaloom: string;
  readonly timeframe: Timeframe;
  /** In the order of the purse. */
  readonly markets: readonly PlayedMarket[];
  /** Currency of the purse; null where no market's rules say it. */
  readonly quote: string | null;
  readonly initialCash: number;
  /** Bars with fromTime ≤ open time < toTime were played, epoch ms. */
  readonly fromTime: number;
  readonly toTime: number;
  /** Null where every bar was unseen by every model. */
  readonly inSample: InSampleMark | null;
  readonly policy: Policy;
  /** Null: the built-in one. */
  readonly strategy: PlayedStrategy | null;
  readonly costs: CostSpec;
  /** Sentences on what to know when reading the numbers, the weightiest first. */
  readonly notes: readonly string[];
}

/** `backtest.json`, and what `backtest --json` says. */
export interface BacktestReport extends BacktestDocument {
  readonly performance: Performance;
}
