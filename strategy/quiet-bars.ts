import { barsBefore, type Candles } from '../contracts/candles.ts';
import { LONG, SHORT } from '../contracts/tasks.ts';
import type { OnOpposite } from './decide.ts';
import { nearerStop } from './exit-matching.ts';
import { MAINTENANCE_SHARE } from './liquidation.ts';
import type { SymbolBook } from './symbol-book.ts';

/** A line per played time: the account at the close. */
export interface Lines {
  readonly equity: Float64Array;
  readonly cash: Float64Array;
  readonly grossExposure: Float64Array;
}

/**
 * Marks the bars from a row on in which a flat account only waits, and tells the first whose signal may open a position.
 * @param line of the row `from`
 * @returns that row, `to` where there is none
 */
export function markFlatBars(
  { signals, market }: SymbolBook,
  cash: number,
  from: number,
  to: number,
  lines: Lines,
  line: number,
): number {
  const { direction } = signals;
  const { equity, cash: cashLine } = lines;
  const short = market.kind === 'spot' ? LONG : SHORT;
  const shift = line - from;
  let row = from;
  for (; row < to; row++) {
    if (direction[row] === LONG || direction[row] === short) break;
    equity[row + shift] = cash;
    cashLine[row + shift] = cash;
  }
  return row;
}

/**
 * Marks the bars from a row on in which a position of the account's one symbol only stands there, and tells the first in
 * which something may happen: a level or the venue's maintenance is reached, funding is due, time is up, or the signal may
 * end it. What it tells too early costs time, nothing else. One pass, nothing allocated.
 * @param line of the row `from`
 * @returns that row, `to` where there is none
 */
export function markQuietBars(
  book: SymbolBook,
  cash: number,
  onOpposite: OnOpposite,
  from: number,
  to: number,
  lines: Lines,
  line: number,
): number {
  const { position, candles, signals } = book;
  const { side, quantity, target } = position;
  const last = Math.min(to, position.lastBar - book.firstBar, firstFunding(book, candles, to));
  const opposite = onOpposite === 'hold' ? NO_CLASS : side > 0 ? SHORT : LONG;
  const signed = side * quantity;
  const { high, low, close } = candles;
  const { direction } = signals;
  const { equity, cash: cashLine, grossExposure } = lines;
  const shift = line - from;
  const maintenance = (cash / ((MAINTENANCE_SHARE - side) * quantity)) * (1 + side * SLACK);
  const stop =
    side > 0 ? Math.max(nearerStop(position), maintenance) : Math.min(nearerStop(position), maintenance);
  let row = from;
  if (side > 0) {
    for (; row < last; row++) {
      if (low[row] <= stop || high[row] >= target || direction[row] === opposite) break;
      const value = quantity * close[row];
      equity[row + shift] = cash + value;
      cashLine[row + shift] = cash;
      grossExposure[row + shift] = value;
    }
  } else {
    for (; row < last; row++) {
      if (high[row] >= stop || low[row] <= target || direction[row] === opposite) break;
      const value = quantity * close[row];
      equity[row + shift] = cash + signed * close[row];
      cashLine[row + shift] = cash;
      grossExposure[row + shift] = value;
    }
  }
  return row;
}

/** A class that no signal has. */
const NO_CLASS = 127;
/** The exact rule is asked a little before it may hold. */
const SLACK = 1e-12;

function firstFunding({ funding, lastTime }: SymbolBook, candles: Candles, to: number): number {
  if (funding === null) return to;
  const next = funding.next(lastTime);
  return next === Number.POSITIVE_INFINITY ? to : barsBefore(candles, next);
}
