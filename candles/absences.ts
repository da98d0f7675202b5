import type { DatabaseSync } from 'node:sqlite';

/** A stretch in which a venue has no bars: nothing was traded, or it was down. Open times, both included. */
export interface Absence {
  readonly fromTime: number;
  readonly toTime: number;
}

/** Stretches may be told again, longer or shorter: the last word on a start counts. */
export function putAbsences(
  sql: DatabaseSync,
  seriesId: number,
  absences: readonly Absence[],
  askedTime: number,
): void {
  const put = sql.prepare('INSERT OR REPLACE INTO absent_bars VALUES (?, ?, ?, ?)');
  for (const { fromTime, toTime } of absences) put.run(seriesId, fromTime, toTime, askedTime);
}

export function readAbsences(sql: DatabaseSync, seriesId: number): Absence[] {
  return sql
    .prepare(
      `SELECT from_time AS fromTime, to_time AS toTime FROM absent_bars
       WHERE series_id = ? ORDER BY from_time`,
    )
    .all(seriesId)
    .map(row => ({ ...row }) as unknown as Absence);
}
