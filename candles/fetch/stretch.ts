import type { Absence } from '../absences.ts';

/** Bars by open time: `from` included, `to` not; both aligned to the timeframe. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export function absenceOf({ from, to }: Stretch, durationMs: number): Absence {
  return { fromTime: from, toTime: to - durationMs };
}

/** What is left of `stretches` without the absences (ascending by start). */
export function withoutAbsences(
  stretches: readonly Stretch[],
  absences: readonly Absence[],
  durationMs: number,
): Stretch[] {
  let left = [...stretches];
  for (const { fromTime, toTime } of absences) {
    const gone = { from: fromTime, to: toTime + durationMs };
    left = left.flatMap(stretch => [
      ...nonEmpty({ from: stretch.from, to: Math.min(stretch.to, gone.from) }),
      ...nonEmpty({ from: Math.max(stretch.from, gone.to), to: stretch.to }),
    ]);
  }
  return left;
}

/** What `stretches` and absences have in common. */
export function withinAbsences(
  stretches: readonly Stretch[],
  absences: readonly Absence[],
  durationMs: number,
): Stretch[] {
  return stretches.flatMap(({ from, to }) =>
    absences.flatMap(({ fromTime, toTime }) =>
      nonEmpty({ from: Math.max(from, fromTime), to: Math.min(to, toTime + durationMs) }),
    ),
  );
}

function nonEmpty(stretch: Stretch): Stretch[] {
  return stretch.from < stretch.to ? [stretch] : [];
}
