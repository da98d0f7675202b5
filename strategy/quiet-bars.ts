import { barsBefore, type Candles } from '../contracts/candles.ts';
import type { Policy } from '../contracts/policy.ts';
import { LONG, SHORT } from '../contracts/tasks.ts';
import type { OnOpposite } from './decide.ts';
import { nearerStop } from './exit-matching.ts';
import { MAINTENANCE_SHARE } from './liquidation.ts';
import type { SymbolBook } from './symbol-book.ts';

/** Whether a limit hangs on the equity at closes at which nothing happens. */
export function countsEveryClose({ risk }: Policy): boolean {
  return risk?.maxDrawdown !== undefined || risk?.maxDailyLoss !== undefined;
}

/** From a row on in which a flat account only waits: the first whose signal may open a position, `to` where there is none. */
export function endOfFlatBars({ signals, market }: SymbolBook, from: number, to: number): number {
  const { direction } = signals;
  const short = market.kind === 'spot' ? LONG : SHORT;
  let row = from;
  while (row < to && direction[row] !== LONG && direction[row] !== short) row++;
  return row;
}

/**
 * From a row on in which a position of the account's one symbol only stands there: the first in which something may happen, `to`
 * where there is none. A level or the venue's maintenance is reached, funding is due, time is up, or the signal may end it.
 * What it tells too early costs time, nothing else. Nothing is allocated.
 */
export function endOfQuietBars(
  book: SymbolBook,
  cash: number,
  onOpposite: OnOpposite,
  from: number,
  to: number,
): number {
  const { position, candles, signals } = book;
  const { side, quantity, target } = position;
  const last = Math.min(to, position.lastBar - book.firstBar, firstFunding(book, candles, to));
  const opposite = onOpposite === 'hold' ? NO_CLASS : side > 0 ? SHORT : LONG;
  const { high, low } = candles;
  const { direction } = signals;
  const maintenance = (cash / ((MAINTENANCE_SHARE - side) * quantity)) * (1 + side * SLACK);
  const stop =
    side > 0 ? Math.max(nearerStop(position), maintenance) : Math.min(nearerStop(position), maintenance);
  let row = from;
  if (side > 0) {
    while (row < last && low[row] > stop && high[row] < target && direction[row] !== opposite) row++;
  } else {
    while (row < last && high[row] < stop && low[row] > target && direction[row] !== opposite) row++;
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
