import type { MarketBars } from '../../contracts/candles.ts';
import { auditFeatures } from '../../features/audit/audit.ts';
import type { AuditFinding } from '../../features/audit/report.ts';
import type { FeatureDefinition } from '../../features/definition.ts';
import type { OwnBars } from '../../features/own/column-kernel.ts';
import { parseEntries } from '../../features/own/entry.ts';
import { ownDefinition } from '../../features/own/own-definition.ts';

/** A user's feature made of whole columns; `changes` replace parts of its entry. */
export function ownColumn(
  column: (bars: OwnBars) => ArrayLike<number>,
  changes: Record<string, unknown> = {},
): FeatureDefinition {
  return ownFeature({ kernel: { column }, ...changes });
}

export function ownFeature(entry: Record<string, unknown>): FeatureDefinition {
  const given = { name: 'mine', lookBack: 20, unit: 'ratio', source: 'test', ...entry };
  return ownDefinition(parseEntries([given], 'mine.ts')[0], 'mine.ts', 'a hash');
}

/** What an audit finds in one feature on hourly bars; undefined is clean. */
export function faultOf(definition: FeatureDefinition, bars: MarketBars, seed = 7): AuditFinding | undefined {
  return auditFeatures(bars, [definition], '1h', { seed, cuts: 8 }).findings[0];
}

/** Row by row: `value(i)`. */
export function rows(count: number, value: (row: number) => number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => value(row));
}

/** Mean over rows `from` to `to`, NaN where they are not all there. */
export function mean(column: Float64Array, from: number, to: number): number {
  if (from < 0 || to >= column.length) return Number.NaN;
  let sum = 0;
  for (let row = from; row <= to; row++) sum += column[row];
  return sum / (to - from + 1);
}
