import type { Candles } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type QualityReport, type QualitySpec, thresholdsFor } from '../contracts/quality.ts';
import { type Series, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import { findGaps, type Gap } from './gaps.ts';
import { assessQuality } from './quality/assess-quality.ts';
import type { SeriesSummary } from './summary.ts';
import { validateCandles } from './validate.ts';

/** What looking at every bar of a series found. */
export interface SeriesCheck {
  readonly series: Series;
  readonly bars: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly gaps: readonly Gap[];
  readonly longestGap: Gap | null;
  readonly missingBars: number;
  /** Bars in which nothing was traded. */
  readonly zeroVolumeBars: number;
  readonly quality: QualityReport;
}

/**
 * Validates all bars of a series anew, compares them with what the store says of them, and judges their quality.
 * @param spec the thresholds; undefined: the defaults
 * @throws AlphaloomError CANDLES_INVALID, STORE_UNREADABLE
 */
export function checkSeries(
  summary: SeriesSummary,
  candles: Candles,
  nowMs: number,
  spec: QualitySpec | undefined,
): SeriesCheck {
  const { timeframe } = summary.series;
  // What was closed was judged by the venue's clock when it was stored; ours may be behind it.
  validateCandles(candles, timeframe, Infinity);
  const gaps = findGaps(candles.openTime, TIMEFRAME_MS[timeframe]);
  const bars = candles.openTime.length;
  const found = {
    bars,
    gaps: gaps.length,
    firstTime: candles.openTime[0],
    lastTime: candles.openTime[bars - 1],
  };
  for (const [name, value] of Object.entries(found)) {
    const recorded = summary[name as keyof typeof found];
    if (value !== recorded) {
      throw new AlphaloomError(
        'STORE_UNREADABLE',
        `The store says ${name} ${recorded} of ${seriesId(summary.series)}, its bars say ${value}. Restore a backup.`,
        { series: seriesId(summary.series), name, recorded, found: value },
      );
    }
  }
  return {
    ...found,
    series: summary.series,
    gaps,
    longestGap: gaps.reduce<Gap | null>(
      (longest, gap) => (longest && longest.missingBars >= gap.missingBars ? longest : gap),
      null,
    ),
    missingBars: gaps.reduce((total, gap) => total + gap.missingBars, 0),
    zeroVolumeBars: candles.volume.reduce((count, volume) => count + (volume === 0 ? 1 : 0), 0),
    quality: assessQuality(candles, timeframe, nowMs, thresholdsFor(spec, summary.series.symbol)),
  };
}
