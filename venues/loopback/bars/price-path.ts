import { barsBefore, type Candles } from '../../../contracts/candles.ts';
import type { PathPosition } from '../orders/book-event.ts';

/** Steps of a bar's path: its open, the nearer extreme, the other one, its close; each a quarter of the bar's time. */
export const STEPS_PER_BAR = 4;

/** One step of a market's price. */
export interface PathStep {
  readonly position: PathPosition;
  /** When the price gets there, epoch ms. */
  readonly time: number;
  readonly price: number;
  /** A bar's open may be away from the close before it: nothing was traded in between. Within a bar the price passes all. */
  readonly isJump: boolean;
  /** Traded volume of the step, base units. */
  readonly volume: number;
}

/** The prices of a bar in the order in which they are traded: the extreme that is nearer to the open comes first. */
export function pathOfBar(open: number, high: number, low: number, close: number): readonly number[] {
  return high - open < open - low ? [open, high, low, close] : [open, low, high, close];
}

/** The step at which a market stands at `now`; null before its first bar. */
export function positionAt(candles: Candles, durationMs: number, now: number): PathPosition | null {
  const row = barsBefore(candles, now + 1) - 1;
  if (row < 0) return null;
  const openTime = candles.openTime[row];
  const step = Math.min(STEPS_PER_BAR - 1, Math.floor(((now - openTime) * STEPS_PER_BAR) / durationMs));
  return { openTime, step };
}

/** The step of a position that there is. */
export function stepAt(candles: Candles, durationMs: number, position: PathPosition): PathStep {
  const row = barsBefore(candles, position.openTime);
  return stepOfRow(candles, durationMs, row, position.step);
}

/** The steps after `position` (null: from the first on) up to `now`, however late their bars were known. */
export function* stepsAfter(
  candles: Candles,
  durationMs: number,
  position: PathPosition | null,
  now: number,
): Generator<PathStep, undefined> {
  let row = position === null ? 0 : barsBefore(candles, position.openTime);
  let step = position === null ? 0 : position.step + 1;
  for (; row < candles.openTime.length; row++, step = 0) {
    for (; step < STEPS_PER_BAR; step++) {
      const next = stepOfRow(candles, durationMs, row, step);
      if (next.time > now) return;
      yield next;
    }
  }
}

function stepOfRow(candles: Candles, durationMs: number, row: number, step: number): PathStep {
  const { open, high, low, close, volume } = candles;
  const openTime = candles.openTime[row];
  return {
    position: { openTime, step },
    time: openTime + (step * durationMs) / STEPS_PER_BAR,
    price: pathOfBar(open[row], high[row], low[row], close[row])[step],
    isJump: step === 0,
    volume: volume[row] / STEPS_PER_BAR,
  };
}
