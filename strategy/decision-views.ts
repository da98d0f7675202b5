import type { ClosedBar, MarketPrediction, PortfolioView, PositionView } from '../contracts/intents.ts';
import { NO_TRADE, TASK_CLASSES } from '../contracts/tasks.ts';
import { nearerStop } from './exit-matching.ts';
import { REASON } from './exit-reasons.ts';
import { NEVER_ABOVE, NEVER_BELOW } from './levels.ts';
import type { SymbolBook } from './symbol-book.ts';

/** The account at a close, marked. */
export interface Marks {
  readonly cash: number;
  readonly equity: number;
  readonly grossExposure: number;
}

/** Whether a bar has a signal at all. */
export function hasSignal({ signals, row }: SymbolBook): boolean {
  const direction = signals.direction[row];
  return direction >= 0 && direction !== NO_TRADE;
}

export function predictionAt({ signals, row }: SymbolBook): MarketPrediction {
  const direction = TASK_CLASSES.direction3[signals.direction[row]] ?? null;
  if (direction === null) return { direction, confidence: 0 };
  return { direction, confidence: signals.confidence?.[row] ?? 1 };
}

/** What a strategy sees of the bar: copies, so that it can change nothing and see nothing later. */
export function closedBarAt({ market, candles, signals, row, bar }: SymbolBook): ClosedBar {
  return {
    market,
    bar,
    openTime: candles.openTime[row],
    open: candles.open[row],
    high: candles.high[row],
    low: candles.low[row],
    close: candles.close[row],
    volume: candles.volume[row],
    volatility: signals.volatility[row],
    recent: (column, bars) => candles[column].slice(Math.max(0, row + 1 - bars), row + 1),
  };
}

export function portfolioAt(book: SymbolBook, books: readonly SymbolBook[], marks: Marks): PortfolioView {
  let otherPositions = 0;
  for (const other of books) if (other !== book && !other.isIdle) otherPositions++;
  const { order } = book;
  return {
    cash: marks.cash,
    equity: marks.equity,
    grossExposure: marks.grossExposure,
    position: book.position.side === 0 ? null : positionView(book),
    pendingEntry:
      order.side === 0
        ? null
        : {
            side: sideOf(order.side),
            quantity: order.wanted,
            limitPrice: order.limit === 0 ? null : order.limit,
          },
    otherPositions,
  };
}

function positionView({ position, candles, row }: SymbolBook): PositionView {
  const { side, quantity, entryPrice, entryBar, leaving } = position;
  const stop = nearerStop(position);
  return {
    side: sideOf(side),
    quantity,
    entryPrice,
    entryBar,
    openPnl: side * quantity * (candles.close[row] - entryPrice),
    stop: stop === NEVER_BELOW || stop === NEVER_ABOVE ? null : stop,
    leaving: leaving !== REASON.none,
  };
}

function sideOf(side: number): 'LONG' | 'SHORT' {
  return side > 0 ? 'LONG' : 'SHORT';
}
