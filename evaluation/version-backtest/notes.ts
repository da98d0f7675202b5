import type { PlayedMarket } from '../../contracts/backtest-document.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { Market } from '../../contracts/market.ts';
import { joined } from '../../contracts/wording.ts';
import { fixed, whole } from '../report/amounts.ts';
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

export interface NotedBacktest {
  readonly markets: readonly NotedMarket[];
  readonly fromTime: number;
  readonly toTime: number;
  readonly costs: CostSpec;
  readonly ignoreAge: boolean;
}

/** One sentence for all markets that it concerns. */
interface Note {
  /** How a market is named in it; null: it does not concern it. */
  name(market: NotedMarket, backtest: NotedBacktest): string | null;
  sentence(names: string, backtest: NotedBacktest): string;
}

/** Between two payments on any venue. */
const LONGEST_FUNDING_MS = 8 * 3_600_000;

/** What may make the numbers less than they seem, the weightiest first. */
const NOTES: readonly Note[] = [
  {
    name: ({ played }) => (played.synthetic ? played.series : null),
    sentence: names =>
      `Generated, not recorded, are the bars of ${names}: the result says nothing of a market.`,
  },
  {
    name: ({ played: { model, series } }, { fromTime }) =>
      model !== null && fromTime <= model.judgedThroughTime
        ? `${nameOf(model, series)} through ${iso(model.judgedThroughTime)}`
        : null,
    sentence: names =>
      `Bars of the range judged, and may have chosen, the model: ${names}. Until then the result is part of why it is looked at.`,
  },
  {
    name: ({ played: { model, series } }) => (model?.tradable === false ? nameOf(model, series) : null),
    sentence: names =>
      `Not tradable by what the gate found: ${names}. Serving marks its predictions so, and they are played here all the same.`,
  },
  {
    name: ({ played: { model, series } }) =>
      model !== null && model.trainedOn !== series ? `${series} by a model of ${model.trainedOn}` : null,
    sentence: names => `Traded is ${names}.`,
  },
  {
    name: ({ played: { model, series, signals }, servedThroughTime }, { ignoreAge }) =>
      model !== null && !ignoreAge && signals.expired > 0
        ? `${nameOf(model, series)} after ${iso(servedThroughTime!)} (${bars(signals.expired)})`
        : null,
    sentence: names =>
      `Older than its recipe allows, so that serving would hold and there is no signal: ${names}. --ignore-age lets it answer.`,
  },
  {
    name: ({ played: { model, series }, servedThroughTime }, { ignoreAge, toTime }) =>
      model !== null && ignoreAge && servedThroughTime! < toTime
        ? `${nameOf(model, series)} after ${iso(servedThroughTime!)}`
        : null,
    sentence: names => `Answering where serving would hold for its age: ${names}.`,
  },
  {
    name: ({ played: { model, series, signals } }) =>
      model !== null && signals.unanswered > 0
        ? `${nameOf(model, series)} at ${bars(signals.unanswered)}`
        : null,
    sentence: names => `Without an answer, because an input was missing as in the warm-up: ${names}.`,
  },
  {
    name: ({ played }, { costs }) =>
      played.kind === 'swap' && played.funding === null && costs.fundingBpsPer8h === undefined
        ? played.series
        : null,
    sentence: names =>
      `No funding was counted on ${names}; --funding FILE or --funding-bps-per-8h counts it.`,
  },
  {
    name: ({ played, fundingTimes }, { fromTime, toTime }) =>
      fundingTimes === null ||
      (fundingTimes[0] <= fromTime + LONGEST_FUNDING_MS && fundingTimes[1] >= toTime - LONGEST_FUNDING_MS)
        ? null
        : `${played.series} run from ${iso(fundingTimes[0])} to ${iso(fundingTimes[1])}`,
    sentence: names => `The funding rates of ${names}: in the rest of the range none was counted.`,
  },
  {
    name: ({ played, stated }, { costs }) => {
      const statedBps = 10_000 * (stated?.takerFee ?? 0);
      return statedBps > costs.feeBps ? `${fixed(statedBps, 1)} bps on ${played.series}` : null;
    },
    sentence: (names, { costs }) =>
      `The venue states a taker fee of ${names}; ${fixed(costs.feeBps, 1)} bps were counted.`,
  },
  {
    name: ({ played }) => (played.rules === null ? played.series : null),
    sentence: names =>
      `Tick, lot and minimums are not known of ${names}: nothing was rounded, no order was too small. Fetching candles from the venue brings them.`,
  },
  {
    name: ({ played, missingBars }) => (missingBars > 0 ? `${bars(missingBars)} of ${played.series}` : null),
    sentence: names => `The range lacks ${names}; positions wait over them.`,
  },
];

/** The sentences of `NOTES` that concern any market. */
export function notesOf(backtest: NotedBacktest): string[] {
  return NOTES.flatMap(({ name, sentence }) => {
    const names = backtest.markets.flatMap(market => name(market, backtest) ?? []);
    return names.length === 0 ? [] : [sentence(joined(names), backtest)];
  });
}

function nameOf({ version }: NonNullable<PlayedMarket['model']>, series: string): string {
  return version === null ? `the package that trades ${series}` : `v${version} of ${series}`;
}

function bars(count: number): string {
  return count === 1 ? '1 bar' : `${whole(count)} bars`;
}
