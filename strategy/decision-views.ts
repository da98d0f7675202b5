import type { Candles } from '../contracts/candles.ts';
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
 * What the built-in strategy is shown of a symbol at a close, which keeps nothing: the same objects each time, read from the
 * columns where they are asked.
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
  readonly bar: ClosedBar;

  constructor(book: SymbolBook) {
    this.bar = new LiveBar(book);
  }

  show(book: SymbolBook, books: readonly SymbolBook[], marks: Marks): this {
    this.#showPrediction(book);
    this.#showPortfolio(book, books, marks);
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
}

/** The bar that a symbol is at. */
class LiveBar implements ClosedBar {
  readonly #book: SymbolBook;

  constructor(book: SymbolBook) {
    this.#book = book;
  }

  get market() {
    return this.#book.market;
  }
  get bar() {
    return this.#book.bar;
  }
  get openTime() {
    return this.#of('openTime');
  }
  get open() {
    return this.#of('open');
  }
  get high() {
    return this.#of('high');
  }
  get low() {
    return this.#of('low');
  }
  get close() {
    return this.#of('close');
  }
  get volume() {
    return this.#of('volume');
  }
  get volatility() {
    return this.#book.signals.volatility[this.#book.row];
  }
  get recent() {
    return recentOf(this.#book);
  }

  #of(column: keyof Candles): number {
    return this.#book.candles[column][this.#book.row];
  }
}

/** A bar as a copy, for a strategy of one's own: it stays what it was. */
export function closedBarAt(book: SymbolBook): ClosedBar {
  const { market, bar, openTime, open, high, low, close, volume, volatility, recent } = new LiveBar(book);
  return { market, bar, openTime, open, high, low, close, volume, volatility, recent };
}

/** What was predicted at the close, as a copy. */
export function predictionAt({ signals, row }: SymbolBook): MarketPrediction {
  const direction = TASK_CLASSES.direction3[signals.direction[row]] ?? null;
  return { direction, confidence: direction === null ? 0 : (signals.confidence?.[row] ?? 1) };
}

function recentOf({ candles, row }: SymbolBook): ClosedBar['recent'] {
  return (column, bars) => {
    const values = candles[column];
    if (values === undefined)
      throw new TypeError(`bar.recent knows open, high, low, close and volume; it was asked for ${column}`);
    return values.slice(Math.max(0, row + 1 - bars), row + 1);
  };
}

export function positionView({ position, candles, row }: SymbolBook): PositionView {
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

export function pendingEntryView({ order }: SymbolBook): PendingEntryView {
  const { side, wanted, limit } = order;
  return { side: sideOf(side), quantity: wanted, limitPrice: limit === 0 ? null : limit };
}

export function sideOf(side: number): 'LONG' | 'SHORT' {
  return side > 0 ? 'LONG' : 'SHORT';
}
