import type { Market } from '../contracts/market.ts';
import { type MarketKind, type Series, TIMEFRAME_MS } from '../contracts/series.ts';
import type { SeriesState } from './snapshot.ts';

/** What the store holds of a series; times are open times. */
export interface SeriesSummary {
  readonly series: Series;
  /** Of a series that was dropped and made again it is another. */
  readonly identity: number;
  readonly kind: MarketKind;
  readonly bars: number;
  readonly firstTime: number;
  readonly lastTime: number;
  /** Runs of missing bars. */
  readonly gaps: number;
  /** The first bar when the series was made: where recursive indicators start, whatever is filled in before it later. */
  readonly anchorTime: number;
  /** Where the first bars came from. */
  readonly source: string;
  /** Generated, not recorded. */
  readonly synthetic: boolean;
  /** Rules of the market as its venue last stated them; null: never asked. */
  readonly market: Market | null;
}

/** Sums a whole series up without opening its history files. */
export function summarize({ row, files, recent }: SeriesState): SeriesSummary {
  const stretches = recent === null ? files : [...files, recent];
  const duration = TIMEFRAME_MS[row.series.timeframe];
  const gapsBetween = stretches.filter(
    (stretch, index) => index > 0 && stretch.firstTime - stretches[index - 1].lastTime > duration,
  ).length;
  return {
    series: row.series,
    identity: row.id,
    kind: row.kind,
    bars: sum(stretches.map(stretch => stretch.bars)),
    firstTime: stretches[0].firstTime,
    lastTime: stretches[stretches.length - 1].lastTime,
    gaps: gapsBetween + sum(stretches.map(stretch => stretch.gaps)),
    anchorTime: row.anchorTime,
    source: row.source,
    synthetic: row.synthetic,
    market: row.market,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
