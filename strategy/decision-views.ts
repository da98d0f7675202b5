import type {
  ClosedBar,
  MarketPrediction,
  PendingEntryView,
  PortfolioView,
  PositionView,
} from '../contracts/intents.ts';
import { NO_TRADE, TASK_CLASSES } from '../contracts/tasks.ts';
import { nearerStop } from './exit-matching.ts';
import { REASON } from './exit-reasons.ts';
import { NEVER_ABOVE, NEVER_BELOW } from './levels.ts';
import type { SymbolBook } from './symbol-book.ts';

/** The account at a close, marked. */
export interface Marks {
  cash: number;
  equity: number;
  grossExposure: number;
}

type Writable<View> = { -readonly [Key in keyof View]: View[Key] };

/** Whether a bar has a signal at all. */
export function hasSignal({ signals, row }: SymbolBook): boolean {
  const direction = signals.direction[row];
  return direction >= 0 && direction !== NO_TRADE;
}

/**
 * What a strategy is shown of a symbol at a close. The built-in one, which keeps nothing, is shown the same objects filled
 * anew each time; one's own gets its own.
 */
export class DecisionViews {
  readonly prediction: Writable<MarketPrediction> = { direction: null, confidence: 0 };
  readonly portfolio: Writable<PortfolioView> = {
    cash: 0,
    equity: 0,
    grossExposure: 0,
    position: null,
    pendingEntry: null,
    otherPositions: 0,
  };
  readonly bar: Writable<ClosedBar>;

  constructor(book: SymbolBook) {
    const { candles, row, market } = book;
    this.bar = {
      market,
      bar: 0,
      openTime: 0,
      open: 0,
      high: 0,
      low: 0,
      close: 0,
      volume: 0,
      volatility: 0,
      recent: (column, bars) => candles[column].slice(Math.max(0, row + 1 - bars), row + 1),
    };
  }

  show(book: SymbolBook, books: readonly SymbolBook[], marks: Marks): this {
    this.#showPrediction(book);
    this.#showPortfolio(book, books, marks);
    this.#showBar(book);
    return this;
  }

  #showPrediction({ signals, row }: SymbolBook): void {
    const direction = TASK_CLASSES.direction3[signals.direction[row]] ?? null;
    this.prediction.direction = direction;
    this.prediction.confidence = direction === null ? 0 : (signals.confidence?.[row] ?? 1);
  }

  #showPortfolio(book: SymbolBook, books: readonly SymbolBook[], marks: Marks): void {
    const { portfolio } = this;
    portfolio.cash = marks.cash;
    portfolio.equity = marks.equity;
    portfolio.grossExposure = marks.grossExposure;
    portfolio.position = book.position.side === 0 ? null : positionView(book);
    portfolio.pendingEntry = book.order.side === 0 ? null : pendingEntryView(book);
    portfolio.otherPositions = 0;
    for (const other of books) if (other !== book && !other.isIdle) portfolio.otherPositions++;
  }

  #showBar({ candles, signals, row, bar: count }: SymbolBook): void {
    const { bar } = this;
    bar.bar = count;
    bar.openTime = candles.openTime[row];
    bar.open = candles.open[row];
    bar.high = candles.high[row];
    bar.low = candles.low[row];
    bar.close = candles.close[row];
    bar.volume = candles.volume[row];
    bar.volatility = signals.volatility[row];
  }
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

function pendingEntryView({ order }: SymbolBook): PendingEntryView {
  const { side, wanted, limit } = order;
  return { side: sideOf(side), quantity: wanted, limitPrice: limit === 0 ? null : limit };
}

function sideOf(side: number): 'LONG' | 'SHORT' {
  return side > 0 ? 'LONG' : 'SHORT';
}
