import type { Candles } from '../../contracts/candles.ts';
import {
  type BarRun,
  type QualityReport,
  type QualityRuleName,
  type QualityRuleResult,
  type QualityThresholds,
  type Stretch,
  thresholdsFor,
} from '../../contracts/quality.ts';
import { TIMEFRAME_MS, type Timeframe } from '../../contracts/series.ts';
import { findJumps } from './jumps.ts';
import { Largest } from './largest.ts';
import { findMissingRuns, findRuns, repeatsBarBefore } from './runs.ts';

const HOUR_MS = 3_600_000;

/**
 * Looks at every bar and judges the series by the thresholds (README of this room: what each rule means). Pure; a few
 * passes over the columns, O(n).
 * @param nowMs what the last bar's age is counted to; null: the age is not judged
 */
export function assessQuality(
  candles: Candles,
  timeframe: Timeframe,
  nowMs: number | null,
  thresholds: QualityThresholds = thresholdsFor(undefined, ''),
): QualityReport {
  const { openTime, volume } = candles;
  const durationMs = TIMEFRAME_MS[timeframe];
  const bars = openTime.length;
  const lastTime = openTime[bars - 1];
  const disorder = findRuns(candles, row => row > 0 && !(openTime[row] > openTime[row - 1]));
  const missing = findMissingRuns(candles, durationMs);
  const untraded = findRuns(candles, row => volume[row] === 0);
  const stale = findRuns(candles, repeatsBarBefore(candles));
  const { jumps, spikes, largest } = findJumps(candles, thresholds);
  const wicks = findWicks(candles, thresholds.wickLogReturn);

  const expectedBars = bars === 0 ? 0 : Math.round((lastTime - openTime[0]) / durationMs) + 1;
  const missingBars = Math.max(0, expectedBars - bars);
  const zeroVolumeBars = volume.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
  const ageBars = nowMs === null ? null : Math.max(0, Math.floor((nowMs - lastTime) / durationMs) - 1);
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const longest = (runs: Largest<BarRun>): BarRun | null => runs.items[0] ?? null;
  const longer = (barLimit: number, hours: number) =>
    Math.max(barLimit, Math.floor((hours * HOUR_MS) / durationMs));
  const atJumps = (largestJumps: readonly { openTime: number }[]) =>
    largestJumps.map(jump => ({ fromTime: jump.openTime, toTime: jump.openTime }));

  const { maxMissingShare, maxGapBars, maxGapHours, maxAgeBars } = thresholds;
  const gapLimit = longer(maxGapBars, maxGapHours);
  const untradedLimit = longer(thresholds.maxZeroVolumeBars, thresholds.maxZeroVolumeHours);
  const staleLimit = longer(thresholds.maxStaleBars, thresholds.maxStaleHours);
  const rules = [
    judge('order', disorder.count, 0, disorder.items),
    judge('missing', share(missingBars, expectedBars), maxMissingShare, missing.items),
    judge('gap', longest(missing)?.bars ?? 0, gapLimit, beyond(missing, gapLimit)),
    judge('zero-volume', share(zeroVolumeBars, bars), thresholds.maxZeroVolumeShare, untraded.items),
    judge('zero-volume-run', longest(untraded)?.bars ?? 0, untradedLimit, beyond(untraded, untradedLimit)),
    judge('stale-run', longest(stale)?.bars ?? 0, staleLimit, beyond(stale, staleLimit)),
    judge(
      'jump',
      Math.abs(largest?.logReturn ?? 0),
      thresholds.maxJumpLogReturn,
      atJumps(largest ? [largest] : []),
    ),
    judge('spikes', spikes.count, thresholds.maxSpikes, atJumps(spikes.items)),
    judge('wicks', share(wicks.count, bars), thresholds.maxWickShare, wicks.items),
    ...(ageBars === null || maxAgeBars === null
      ? []
      : [judge('age', ageBars, maxAgeBars, [{ fromTime: lastTime, toTime: lastTime }])]),
  ];
  return {
    bars,
    expectedBars,
    missingBars,
    missingShare: share(missingBars, expectedBars),
    gaps: missing.count,
    longestGaps: missing.items,
    zeroVolumeBars,
    zeroVolumeShare: share(zeroVolumeBars, bars),
    longestZeroVolumeRun: longest(untraded),
    longestStaleRun: longest(stale),
    jumps: jumps.count,
    largestJumps: jumps.items,
    spikes: spikes.count,
    wicks: wicks.count,
    lastTime,
    ageBars,
    rules,
    ok: rules.every(({ ok }) => ok),
  };
}

function judge(
  rule: QualityRuleName,
  value: number,
  threshold: number,
  where: readonly Stretch[],
): QualityRuleResult {
  return {
    rule,
    value,
    threshold,
    ok: value <= threshold,
    where: where.map(({ fromTime, toTime }) => ({ fromTime, toTime })),
  };
}

/** The runs that break a limit, or the longest where none does. */
function beyond({ items }: Largest<BarRun>, limit: number): BarRun[] {
  const broken = items.filter(run => run.bars > limit);
  return broken.length > 0 ? broken : items.slice(0, 1);
}

/** Highs and lows far outside their bar's body. */
function findWicks({ openTime, open, high, low, close }: Candles, logDistance: number) {
  const factor = Math.exp(logDistance);
  const wicks = new Largest<Stretch & { factor: number }>(wick => wick.factor);
  for (let row = 0; row < openTime.length; row++) {
    const above = high[row] / Math.max(open[row], close[row]);
    const below = Math.min(open[row], close[row]) / low[row];
    const reach = Math.max(above, below);
    if (reach > factor) wicks.offer({ fromTime: openTime[row], toTime: openTime[row], factor: reach });
  }
  return wicks;
}
