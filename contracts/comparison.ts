import type { Estimate, RuleResult } from './evidence.ts';

/** Bars by their open times, both ends included, epoch ms. */
export interface TimeRange {
  readonly fromTime: number;
  readonly toTime: number;
}

/** A decision taken on test bars: what a series' promotion error is spent on. */
export interface Look extends TimeRange {
  /** 1 for the first of the series. */
  readonly number: number;
  /** Chance, at most, that this look promotes a candidate that is not better; intervals are one-sided at it. */
  readonly level: number;
  readonly bars: number;
  /** Of them, those that no earlier look of the series used. */
  readonly freshBars: number;
  /** Share of the draws beyond each bound: the level, made smaller for the few blocks that the bars are. */
  readonly tail: number;
  readonly draws: number;
}

/** A look before it is made. */
export interface LookPlan extends Pick<Look, 'number' | 'level'> {
  /** Bars that earlier looks of the series used. */
  readonly used: readonly TimeRange[];
}

/** How far a candidate is ahead by one measure; an interval's bounds are each one-sided at the look's level. */
export interface Advantage {
  readonly candidate: Estimate;
  /** Of the mean over the candidate and the same training with other seeds. */
  readonly seeds: Estimate;
}

/** `netReturnPerBar`: mean simple return per bar of the account that trades the decisions as they were labelled, after costs. */
export type Measure = 'mcc' | 'netReturnPerBar' | 'directionalAuc';

/** Candidate against champion, or against the constant baseline where there is none, on bars that neither has seen. */
export interface Comparison {
  readonly series: string;
  readonly candidate: number;
  readonly champion: number | null;
  readonly bars: number;
  readonly fromTime: number | null;
  readonly toTime: number | null;
  readonly candidateMcc: number | null;
  readonly championMcc: number | null;
  /** Of the same training with other seeds, in their order; a seed whose decisions are constant has 0. */
  readonly otherSeeds: readonly { readonly seed: number; readonly mcc: number | null }[];
  /** Over the champion; without one, over the constant baseline (MCC 0, AUC ½) and cash. Null where nothing was looked at. */
  readonly advantages: Readonly<Record<Measure, Advantage | null>>;
  /** What the verdict rests on. */
  readonly decidedBy: readonly Measure[];
  /** Null where the bars were not looked at, so that nothing was spent. */
  readonly look: Look | null;
  readonly rule: RuleResult;
}
