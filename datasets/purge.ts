/** For each row: its bar t, and the bar at which its label was decided. */
export interface LabelTimes {
  readonly bar: Int32Array;
  readonly labelEnd: Int32Array;
}

/** Bars from `from` to `to`, both included. */
export interface BarSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * The training rows that know nothing of the evaluated spans: a row is dropped if its [t, label end] meets a span, or if
 * its t lies within `embargoBars` after one (its features look back into the span). Training rows may stand before and
 * after a span. (López de Prado, Advances in Financial Machine Learning, 7.4.) O(rows × spans).
 * @param rows positions in `times`, in any order; the result keeps theirs
 */
export function purge(
  rows: Int32Array,
  times: LabelTimes,
  evaluated: readonly BarSpan[],
  embargoBars: number,
): Int32Array {
  return rows.filter(row =>
    evaluated.every(({ from, to }) => times.labelEnd[row] < from || times.bar[row] > to + embargoBars),
  );
}

/** From the first row's bar to the latest label end: a row before the last may be decided after it. */
export function spanOf(rows: Int32Array, times: LabelTimes): BarSpan {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    from = Math.min(from, times.bar[row]);
    to = Math.max(to, times.labelEnd[row]);
  }
  return { from, to };
}

/** How many rows without overlap say as much as these: a label is told again by every row that begins before it has ended. */
export function effectiveRows({ bar, labelEnd }: LabelTimes, rows: Int32Array): number {
  const held = rows.reduce((sum, row) => sum + labelEnd[row] - bar[row], 0);
  return held > 0 ? rows.length / Math.max(1, held / rows.length) : rows.length;
}
