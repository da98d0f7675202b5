import type { DatabaseSync } from 'node:sqlite';
import type { z } from 'zod';
import { AlphaloomError } from '../contracts/errors.ts';
import { describeIssues } from '../contracts/issues.ts';
import { parseSeriesId, seriesId } from '../contracts/series.ts';
import type { VersionRecord } from './registry.ts';
import { selectVersion } from './rows.ts';

/**
 * A series' id as the registry writes it: with its venue, in canonical form.
 * @throws AlphaloomError SERIES_INVALID or of its parts
 */
export function checkSeries(series: string): string {
  const canonical = seriesId(parseSeriesId(series, ''));
  if (canonical === series) return series;
  throw new AlphaloomError('SERIES_INVALID', `Expected ${canonical}; got "${series}".`, { got: series });
}

/** @throws AlphaloomError INTERNAL naming each path: what comes here was made by Alphaloom */
export function checkInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.infer<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new AlphaloomError('INTERNAL', `${what} is malformed: ${describeIssues(result.error, input)}.`, {
    issues: result.error.issues,
  });
}

/** @throws AlphaloomError VERSION_NOT_FOUND */
export function requireVersion(sql: DatabaseSync, series: string, version: number): VersionRecord {
  const record = Number.isSafeInteger(version) ? selectVersion(sql, series, version) : null;
  if (record) return record;
  throw new AlphaloomError('VERSION_NOT_FOUND', `${series} has no version ${version}. See models list.`, {
    series,
    version,
  });
}

export function reused(operationId: string): AlphaloomError {
  return new AlphaloomError(
    'OPERATION_REUSED',
    `The operation id "${operationId}" was used for something else before. Use a new one.`,
    { operationId },
  );
}
