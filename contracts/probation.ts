import type { BacktestSummary, Estimate, Metrics } from './evidence.ts';

/** What is wrong with a version itself, whatever the market does. */
export interface ModelFault {
  readonly kind: 'load' | 'schema' | 'answers' | 'latency';
  readonly code: string;
  readonly message: string;
}

/** One of the two versions of a review. */
export interface ReviewedVersion {
  readonly version: number;
  readonly tradable: boolean;
  readonly fault: ModelFault | null;
  /** Median of one prediction in-process; null where it did not come to that. */
  readonly latencyMs: number | null;
  /** On the bars since the promotion, by its own labels; null where it was not scored. */
  readonly score: ReviewScore | null;
}

/** What `evaluation/score` says of a version, without what only tables of a training need. */
export interface ReviewScore {
  readonly metrics: Pick<Metrics, 'mcc' | 'directionalAuc' | 'accuracy' | 'balancedAccuracy'>;
  readonly backtest: BacktestSummary;
}

/** What decides: net returns where the champion is tradable, else MCC. */
export type ReviewMeasure = 'mcc' | 'netReturnPerBar';

/** A comparison that may roll back; one that rests on mostly the same bars as the last is none. */
export interface ReviewLook {
  /** 1, 2, … since the promotion. */
  readonly number: number;
  /** One-sided probability of finding a version worse that is not. */
  readonly level: number;
}

/** How a champion and the one before it did on the bars since its promotion. */
export interface Review {
  readonly series: string;
  readonly champion: ReviewedVersion;
  readonly previous: ReviewedVersion | null;
  /** When the champion became champion, epoch ms. */
  readonly since: number;
  /** Bars closed since then whose labels are known, and that neither has seen. */
  readonly bars: number;
  readonly fromTime: number | null;
  readonly toTime: number | null;
  /** Of them, those that no earlier look since the promotion used. */
  readonly freshBars: number;
  readonly look: ReviewLook | null;
  /** Bars that have to be known before the next look. */
  readonly nextLookBars: number;
  readonly measure: ReviewMeasure;
  /** Champion less the one before it, 95 %; null where nothing was compared. */
  readonly difference: Readonly<Record<ReviewMeasure, Estimate>> | null;
  /** The interval of the deciding measure at the look's level. */
  readonly bound: Estimate | null;
  /** Bars on which a true difference of .05 MCC would show. */
  readonly barsToDetect: number | null;
  readonly verdict: 'faulty' | 'worse' | 'better' | 'inconclusive' | 'too early';
  /** One sentence for people. */
  readonly reason: string;
}
