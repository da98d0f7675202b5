import type { CandleStore } from '../candles/store.ts';
import type { Config } from '../contracts/config.ts';
import { isStale, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import type { FeatureStore } from '../features/store/feature-store.ts';

/** How fresh a series is; times are open times (epoch ms), ages count from the bar's close to now. */
export interface SeriesStatus {
  readonly series: string;
  /** Whether the configuration collects it. */
  readonly collected: boolean;
  readonly synthetic: boolean;
  readonly lastTime: number | null;
  readonly ageMs: number | null;
  /** The newest bar with materialised features, of the features that are furthest. */
  readonly featuresTime: number | null;
  readonly featuresAgeMs: number | null;
  /** The newest bar closed over two bars ago. */
  readonly stale: boolean;
}

/** Every series of the store, and those that are to be collected and are not there yet. */
export async function readSeriesStatus(
  candles: CandleStore,
  features: FeatureStore,
  { collection }: Config,
  now: number,
): Promise<SeriesStatus[]> {
  const stored = await candles.list();
  const featuresTimes = new Map<string, number>();
  for (const { series, lastTime } of await features.list()) {
    const id = seriesId(series);
    featuresTimes.set(id, Math.max(lastTime, featuresTimes.get(id) ?? 0));
  }
  const rows = stored.map(({ series, synthetic, lastTime }): SeriesStatus => {
    const id = seriesId(series);
    const durationMs = TIMEFRAME_MS[series.timeframe];
    const age = (time: number) => Math.max(0, now - time - durationMs);
    const featuresTime = featuresTimes.get(id) ?? null;
    return {
      series: id,
      collected: collection.series.includes(id),
      synthetic,
      lastTime,
      ageMs: age(lastTime),
      featuresTime,
      featuresAgeMs: featuresTime === null ? null : age(featuresTime),
      stale: isStale(lastTime, series.timeframe, now),
    };
  });
  const known = new Set(rows.map(({ series }) => series));
  const missing = collection.series.filter(id => !known.has(id));
  return [...rows, ...missing.map(notStored)];
}

function notStored(series: string): SeriesStatus {
  return {
    series,
    collected: true,
    synthetic: false,
    lastTime: null,
    ageMs: null,
    featuresTime: null,
    featuresAgeMs: null,
    stale: true,
  };
}
