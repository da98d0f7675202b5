/** A run of missing bars between two stored ones. */
export interface Gap {
  /** Open time of the first missing bar. */
  readonly fromTime: number;
  /** Open time of the bar that ends the gap. */
  readonly toTime: number;
  readonly missingBars: number;
}

/** The gaps between ascending open times of one timeframe. */
export function findGaps(openTime: Float64Array, durationMs: number): Gap[] {
  const gaps: Gap[] = [];
  for (let row = 1; row < openTime.length; row++) {
    const spacing = openTime[row] - openTime[row - 1];
    if (spacing > durationMs) {
      gaps.push({
        fromTime: openTime[row - 1] + durationMs,
        toTime: openTime[row],
        missingBars: spacing / durationMs - 1,
      });
    }
  }
  return gaps;
}
