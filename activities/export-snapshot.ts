import { createHash } from 'node:crypto';
import { assessQuality } from '../candles/quality/assess-quality.ts';
import { requireQuality } from '../candles/quality/require-quality.ts';
import type { Json } from '../contracts/artifact.ts';
import { CANDLE_COLUMNS, EXTRA_COLUMNS, type MarketBars } from '../contracts/candles.ts';
import { AlphaloomError } from '../contracts/errors.ts';
import { type QualityReport, type QualityThresholds, thresholdsFor } from '../contracts/quality.ts';
import type { Recipe } from '../contracts/recipe.ts';
import { type MarketKind, type Series, seriesId, TIMEFRAME_MS } from '../contracts/series.ts';
import { writeSnapshot } from '../datasets/snapshot-file.ts';
import { joinLeader, leaderSeries } from '../features/leader-bars.ts';
import { asStep } from './activity.ts';
import type { Rooms } from './rooms.ts';
import { STEP_VERSIONS } from './step-versions.ts';

export const SNAPSHOT_FILE = 'candles.arrow';

/** Facts of a snapshot that later steps need; the artifact's result. */
export interface SnapshotFacts {
  readonly series: Series;
  readonly marketKind: MarketKind;
  readonly anchorTime: number;
  readonly bars: number;
  readonly fromTime: number;
  readonly toTime: number;
  /** Generated, not recorded; artifacts of earlier versions do not say, and were not. */
  readonly synthetic?: boolean;
  /** By the recipe's thresholds; without the last bar's age, which depends on when one asks. Missing in earlier artifacts. */
  readonly quality?: QualityReport;
}

interface Input {
  readonly series: Series;
  readonly recipe: Recipe;
  readonly asOfTime: number | null;
}

/**
 * Freezes the series' bars, from its anchor to the last one closed by `asOfTime` (and reached by the recipe's leader), under
 * the hash of their content. A series below the recipe's quality is refused here, before anything is trained.
 */
export function exportSnapshot({ candles, artifacts, clock }: Rooms) {
  return asStep(async ({ series, recipe, asOfTime }: Input) => {
    const { kind, anchorTime, ...described } = await candles.describe(series);
    if (!recipe.markets.includes(kind)) {
      throw new AlphaloomError(
        'RECIPE_INVALID',
        `${recipe.name} is for ${recipe.markets.join(' and ')} markets; ${seriesId(series)} is ${kind}.`,
        { recipe: recipe.name, markets: recipe.markets, kind },
      );
    }
    const asOf = Math.min(asOfTime ?? Number.POSITIVE_INFINITY, clock.now());
    const lastOpen = asOf - TIMEFRAME_MS[series.timeframe];
    const leader = await describeLeader(candles, series, recipe);
    const to = Math.min(lastOpen, leader?.lastTime ?? Number.POSITIVE_INFINITY) + 1;
    const own = await candles.read(series, { from: anchorTime, to });
    const bars = await joinLeader(candles, series, recipe.features.leader, own);
    const count = bars.openTime.length;
    if (count === 0) {
      throw new AlphaloomError(
        'CANDLES_TOO_FEW',
        `${seriesId(series)} has no bar closed by ${new Date(asOfTime ?? clock.now()).toISOString()}.`,
        { series: seriesId(series), asOfTime },
      );
    }
    const synthetic = described.synthetic || (leader?.synthetic ?? false);
    const thresholds = thresholdsFor(recipe.quality, series.symbol);
    const quality = assessQuality(bars, series.timeframe, asOf, thresholds);
    requireQuality(quality, series);
    const facts = {
      series: { ...series },
      marketKind: kind,
      anchorTime,
      bars: count,
      fromTime: bars.openTime[0],
      toTime: bars.openTime[count - 1],
    };
    const inputs = {
      ...facts,
      content: contentHash(bars),
      code: STEP_VERSIONS.snapshot,
      // Only what differs from the usual: the snapshots of earlier versions keep their names.
      ...(synthetic ? { synthetic } : {}),
      ...(isUsual(thresholds) ? {} : { quality: { ...thresholds } }),
    };
    const saved = await artifacts.save('snapshot', inputs, async folder => {
      await writeSnapshot(bars, `${folder}/${SNAPSHOT_FILE}`);
      return { ...facts, synthetic, quality: timeless(quality) as unknown as Json };
    });
    return {
      artifact: saved.artifact,
      cached: saved.cached,
      summary: `${count} bars, ${day(facts.fromTime)} to ${day(facts.toTime)}`,
    };
  });
}

/**
 * What is known of the recipe's leader: its bars must reach as far as the series' own, and generated ones are not mixed in
 * unseen.
 * @throws AlphaloomError CANDLES_NOT_FOUND, RECIPE_INVALID (it is the series itself)
 */
async function describeLeader(candles: Rooms['candles'], series: Series, { name, features }: Recipe) {
  if (features.leader === undefined) return null;
  const leader = leaderSeries(series, features.leader);
  if (seriesId(leader) !== seriesId(series)) return await candles.describe(leader);
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `${name}: features.leader is ${features.leader}, the series itself. Name another market, or train it with another recipe.`,
    { path: 'features.leader', got: features.leader },
  );
}

function isUsual(thresholds: QualityThresholds): boolean {
  return JSON.stringify(thresholds) === JSON.stringify(thresholdsFor(undefined, ''));
}

/** The same bars give the same report whenever they are frozen. */
function timeless(report: QualityReport): QualityReport {
  return { ...report, ageBars: null, rules: report.rules.filter(({ rule }) => rule !== 'age') };
}

function contentHash(bars: MarketBars): string {
  const hash = createHash('sha256');
  for (const column of CANDLE_COLUMNS) {
    hash.update(bytesOf(bars[column]));
  }
  for (const extra of EXTRA_COLUMNS) {
    const values = bars[extra];
    if (values) hash.update(extra).update(bytesOf(values));
  }
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
