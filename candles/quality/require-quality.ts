import { AlphaloomError } from '../../contracts/errors.ts';
import type { QualityReport, QualityRuleName, QualityRuleResult } from '../../contracts/quality.ts';
import { type Series, seriesId } from '../../contracts/series.ts';

/** What a rule looks at, and how its value is written. */
const WORDING: Readonly<Record<QualityRuleName, { what: string; format(value: number): string }>> = {
  order: { what: 'bars that do not come after the bar before them', format: String },
  missing: { what: 'missing bars', format: percent },
  gap: { what: 'the longest gap', format: inBars },
  'zero-volume': { what: 'bars without volume', format: percent },
  'zero-volume-run': { what: 'the longest run without volume', format: inBars },
  'stale-run': { what: 'the longest run of bars that repeat the one before', format: inBars },
  jump: { what: 'the largest |log return|', format: value => value.toFixed(3) },
  spikes: { what: 'spikes (jumps taken back at once amid calm bars)', format: String },
  wicks: { what: 'bars with a wick far outside the body', format: percent },
  age: { what: 'the last bar’s age', format: inBars },
};
const PLACES_SHOWN = 3;

/**
 * Refuses a series that breaks a rule.
 * @throws AlphaloomError CANDLES_QUALITY naming every broken rule, its value, its threshold and where
 */
export function requireQuality(report: QualityReport, series: Series): void {
  const broken = report.rules.filter(({ ok }) => !ok);
  if (broken.length === 0) return;
  throw new AlphaloomError(
    'CANDLES_QUALITY',
    `${seriesId(series)} is below the quality asked for: ${broken.map(describeBrokenRule).join('; ')}.`,
    { series: seriesId(series), rules: broken },
  );
}

/** `gap: the longest gap is 300 bars, at most 192 allowed (2024-01-05T00:00Z to 2024-01-08T02:45Z)`. */
export function describeBrokenRule({ rule, value, threshold, where }: QualityRuleResult): string {
  const { what, format } = WORDING[rule];
  const places = where
    .slice(0, PLACES_SHOWN)
    .map(({ fromTime, toTime }) =>
      fromTime === toTime ? minute(fromTime) : `${minute(fromTime)} to ${minute(toTime)}`,
    );
  const at = places.length > 0 ? ` (${places.join(', ')}${where.length > PLACES_SHOWN ? ', …' : ''})` : '';
  return `${rule}: ${what} ${format(value)}, at most ${format(threshold)} allowed${at}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function inBars(bars: number): string {
  return bars === 1 ? '1 bar' : `${bars} bars`;
}

function minute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}
