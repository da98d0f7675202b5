import type { PlayedMarket } from '../../contracts/backtest-document.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { Market } from '../../contracts/market.ts';
import { iso } from './range.ts';

/** A market as it was played, with what the reader of its numbers should be told. */
export interface NotedMarket {
  readonly played: PlayedMarket;
  /** As the venue stated it; null: never asked. */
  readonly stated: Market | null;
  /** Open time of the last bar at which serving would not have held for its model's age; null without a model. */
  readonly servedThroughTime: number | null;
  /** Bars of the range that the series lacks. */
  readonly missingBars: number;
  /** Times of the first and the last recorded funding rate; null without any. */
  readonly fundingTimes: readonly [first: number, last: number] | null;
}

interface NotedBacktest {
  readonly markets: readonly NotedMarket[];
  readonly fromTime: number;
  readonly toTime: number;
  readonly costs: CostSpec;
  readonly ignoreAge: boolean;
}

/** Between two payments on any venue. */
const LONGEST_FUNDING_MS = 8 * 3_600_000;

type Note = (market: NotedMarket, backtest: NotedBacktest) => string | null;

/** What may make the numbers less than they seem, the weightiest first. */
const NOTES: readonly Note[] = [
  syntheticBars,
  judgedBars,
  otherSeries,
  modelAge,
  unansweredBars,
  untoldFunding,
  endedFunding,
  venueFees,
  unknownRules,
  missingBars,
];

/** Sentences of `NOTES`, each market's in turn. */
export function notesOf(backtest: NotedBacktest): string[] {
  return NOTES.flatMap(note =>
    backtest.markets.flatMap(market => {
      const sentence = note(market, backtest);
      return sentence === null ? [] : [sentence];
    }),
  );
}

function syntheticBars({ played }: NotedMarket): string | null {
  if (!played.synthetic) return null;
  return `The bars of ${played.series} are generated: the result says nothing of a market.`;
}

function judgedBars({ played: { model, series } }: NotedMarket, { fromTime }: NotedBacktest): string | null {
  if (model === null || fromTime > model.judgedThroughTime) return null;
  return `${nameOf(model, series)} was judged, and may have been chosen, by bars through ${iso(model.judgedThroughTime)}: until then the result is part of why it is looked at.`;
}

function otherSeries({ played: { model, series } }: NotedMarket): string | null {
  if (model === null || model.trainedOn === series) return null;
  return `The model that trades ${series} was trained on ${model.trainedOn}.`;
}

function modelAge(
  { played: { model, series, signals }, servedThroughTime }: NotedMarket,
  { ignoreAge }: NotedBacktest,
): string | null {
  if (model === null || servedThroughTime === null) return null;
  if (!ignoreAge && signals.expired === 0) return null;
  const name = nameOf(model, series);
  if (ignoreAge)
    return `${name} answers after ${iso(servedThroughTime)} too, when serving would hold for its age.`;
  return `${name} is older than its recipe allows after ${iso(servedThroughTime)}: serving would hold, so ${bars(signals.expired)} have no signal (--ignore-age lets it answer).`;
}

function unansweredBars({ played: { model, series, signals } }: NotedMarket): string | null {
  if (model === null || signals.unanswered === 0) return null;
  return `${nameOf(model, series)} could not answer at ${bars(signals.unanswered)}: an input was missing, as in the warm-up.`;
}

function untoldFunding({ played }: NotedMarket, { costs }: NotedBacktest): string | null {
  if (played.kind !== 'swap' || played.funding !== null || costs.fundingBpsPer8h !== undefined) return null;
  return `No funding was counted on ${played.series}; --funding FILE or --funding-bps-per-8h counts it.`;
}

function endedFunding(
  { played, fundingTimes }: NotedMarket,
  { fromTime, toTime }: NotedBacktest,
): string | null {
  if (fundingTimes === null) return null;
  const [first, last] = fundingTimes;
  if (first <= fromTime + LONGEST_FUNDING_MS && last >= toTime - LONGEST_FUNDING_MS) return null;
  return `The funding rates of ${played.series} run from ${iso(first)} to ${iso(last)}: in the rest of the range none was counted.`;
}

function venueFees({ played, stated }: NotedMarket, { costs }: NotedBacktest): string | null {
  const statedBps = stated?.takerFee == null ? null : 10_000 * stated.takerFee;
  if (statedBps === null || statedBps <= costs.feeBps) return null;
  return `The venue states a taker fee of ${round(statedBps)} bps for ${played.series}; ${round(costs.feeBps)} were counted.`;
}

function unknownRules({ played }: NotedMarket): string | null {
  if (played.rules !== null) return null;
  return `Tick, lot and minimums of ${played.series} are not known: nothing was rounded, no order was too small. Fetching its candles from the venue brings them.`;
}

function missingBars({ played, missingBars: missing }: NotedMarket): string | null {
  if (missing === 0) return null;
  return `${played.series} lacks ${bars(missing)} of the range; its positions wait over them.`;
}

function nameOf({ version }: NonNullable<PlayedMarket['model']>, series: string): string {
  return version === null ? `The package that trades ${series}` : `v${version} of ${series}`;
}

function bars(count: number): string {
  return count === 1 ? '1 bar' : `${count} bars`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
