import type { DatabaseSync } from 'node:sqlite';

/** A stretch in which a venue has no bars: nothing was traded, or it was down. Open times, both included. */
export interface Absence {
  readonly fromTime: number;
  readonly toTime: number;
}

/** Stretches may be told again, longer or shorter: the last word counts, and takes the place of all that it meets. */
export function putAbsences(
  sql: DatabaseSync,
  seriesId: number,
  absences: readonly Absence[],
  askedTime: number,
): void {
  const forget = sql.prepare(
    'DELETE FROM absent_bars WHERE series_id = ? AND from_time <= ? AND to_time >= ?',
  );
  const put = sql.prepare('INSERT INTO absent_bars VALUES (?, ?, ?, ?)');
  for (const { fromTime, toTime } of absences) forget.run(seriesId, toTime, fromTime);
  for (const { fromTime, toTime } of absences) put.run(seriesId, fromTime, toTime, askedTime);
}

/** @param settledMs only those that were asked for at least so long after their last bar's open */
export function readAbsences(sql: DatabaseSync, seriesId: number, settledMs: number): Absence[] {
  return sql
    .prepare(
      `SELECT from_time AS fromTime, to_time AS toTime FROM absent_bars
       WHERE series_id = ? AND asked_at - to_time >= ? ORDER BY from_time`,
    )
    .all(seriesId, settledMs)
    .map(row => ({ ...row }) as unknown as Absence);
}
