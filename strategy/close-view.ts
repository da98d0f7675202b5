import type { ClosedSymbol, CloseInput, EntryInFlight, Exposure } from '../contracts/close-decision.ts';
import type { MarketPrediction } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import { TIMEFRAME_MS } from '../contracts/series.ts';
import { TASK_CLASSES } from '../contracts/tasks.ts';
import {
  closedBarAt,
  type Marks,
  pendingEntryView,
  positionView,
  predictionAt,
  sideOf,
} from './decision-views.ts';
import { REASON } from './exit-reasons.ts';
import type { SymbolBook } from './symbol-book.ts';

/** What `decideClose` is asked about a simulated account whose bars have just been matched. */
export function closeInputOf(
  books: readonly SymbolBook[],
  { cash, equity, grossExposure }: Marks,
  { policy, memory, strategy }: Pick<CloseInput, 'policy' | 'memory' | 'strategy'>,
): CloseInput {
  const closed = books.filter(({ row }) => row >= 0);
  const closeTime = closeTimeOf(closed);
  return {
    closeTime,
    policy,
    symbols: closed.map(book => closedSymbol(book, policy, closeTime)),
    portfolio: {
      cash,
      equity,
      grossExposure,
      positions: books.flatMap(positionOf),
      entries: books.flatMap(entryOf),
    },
    memory,
    recentCloses: (symbol, bars) => {
      const book = books.find(({ market }) => market.symbol === symbol);
      return book === undefined ? NO_CLOSES : recentClosesOf(book, bars);
    },
    strategy,
  };
}

/** When the bars end that are matched. */
export function closeTimeOf(books: readonly SymbolBook[]): number {
  let closeTime = Number.NEGATIVE_INFINITY;
  for (const { candles, row, market } of books) {
    if (row >= 0) closeTime = Math.max(closeTime, candles.openTime[row] + market.barMs!);
  }
  return closeTime;
}

const NO_CLOSES = { time: [], close: [] };

function closedSymbol(book: SymbolBook, policy: Policy, closeTime: number): ClosedSymbol {
  return {
    bar: closedBarAt(book),
    prediction: predictionAt(book),
    confirmation: confirmationOf(book, policy, closeTime),
    position: book.position.side === 0 ? null : positionView(book),
    pendingEntry: book.order.side === 0 ? null : pendingEntryView(book),
    facts: null,
  };
}

/** Of the bar that is the newest to have closed in the grid of its timeframe; an older one says nothing of it. */
function confirmationOf(
  { confirmation }: SymbolBook,
  { confirmation: wanted }: Policy,
  closeTime: number,
): MarketPrediction | null {
  if (wanted === undefined || confirmation === null) return null;
  const barMs = TIMEFRAME_MS[wanted.timeframe];
  const at = indexOfTime(confirmation.closeTime, Math.floor(closeTime / barMs) * barMs);
  const direction = TASK_CLASSES.direction3[confirmation.direction[at] ?? -1] ?? null;
  return direction === null ? null : { direction, confidence: 1 };
}

/** −1 where no bar closed at that time. */
function indexOfTime(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return times[low] === time ? low : -1;
}

function positionOf({ market: { symbol }, position: { side, quantity }, lastClose }: SymbolBook): Exposure[] {
  return side === 0 ? [] : [{ symbol, side: sideOf(side), notional: quantity * lastClose }];
}

function entryOf(book: SymbolBook): EntryInFlight[] {
  const { side, wanted, limit } = book.order;
  if (side === 0 || isOver(book)) return [];
  const notional = wanted * (limit === 0 ? book.lastClose : limit);
  return [{ symbol: book.market.symbol, side: sideOf(side), notional }];
}

/** What is left of an entry whose own position is on its way out fills no more. */
function isOver({ order, position }: SymbolBook): boolean {
  return position.side !== 0 && position.leaving !== REASON.none && order.signalBar === position.signalBar;
}

function recentClosesOf({ candles, closedRows, market }: SymbolBook, bars: number) {
  const from = Math.max(0, closedRows - bars);
  return {
    time: candles.openTime.slice(from, closedRows).map(openTime => openTime + market.barMs!),
    close: candles.close.slice(from, closedRows),
  };
}
