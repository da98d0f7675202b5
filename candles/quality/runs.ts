import type { Candles } from '../../contracts/candles.ts';
import type { BarRun } from '../../contracts/quality.ts';
import { Largest } from './largest.ts';

export type Runs = Largest<BarRun>;

/** Runs of missing bars; their times are those of the first and the last missing one. O(n). */
export function findMissingRuns({ openTime }: Candles, durationMs: number): Runs {
  const runs = new Largest<BarRun>(run => run.bars);
  for (let row = 1; row < openTime.length; row++) {
    const spacing = openTime[row] - openTime[row - 1];
    if (spacing > durationMs) {
      runs.offer({
        fromTime: openTime[row - 1] + durationMs,
        toTime: openTime[row] - durationMs,
        bars: spacing / durationMs - 1,
      });
    }
  }
  return runs;
}

/** Runs of bars for which `holds`, one after the other in the series. O(n). */
export function findRuns({ openTime }: Candles, holds: (row: number) => boolean): Runs {
  const runs = new Largest<BarRun>(run => run.bars);
  const bars = openTime.length;
  for (let row = 0; row < bars; row++) {
    if (!holds(row)) continue;
    const first = row;
    while (row + 1 < bars && holds(row + 1)) row++;
    runs.offer({ fromTime: openTime[first], toTime: openTime[row], bars: row - first + 1 });
  }
  return runs;
}

/** Whether a bar says nothing new: the prices of the bar before it, and its volume or none. */
export function repeatsBarBefore({ open, high, low, close, volume }: Candles): (row: number) => boolean {
  return row =>
    row > 0 &&
    close[row] === close[row - 1] &&
    open[row] === open[row - 1] &&
    high[row] === high[row - 1] &&
    low[row] === low[row - 1] &&
    (volume[row] === 0 || volume[row] === volume[row - 1]);
}
