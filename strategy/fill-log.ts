import type { Fill } from '../contracts/fill.ts';
import { EXIT_REASONS } from './exit-reasons.ts';
import type { SymbolBook } from './symbol-book.ts';

export type OnFill = (fill: Fill) => void;

/** What an exit's fill was, as far as the book does not say it. */
export interface ExitFacts {
  readonly quantity: number;
  readonly shown: number;
  readonly price: number;
  readonly fee: number;
  readonly isMaker: boolean;
  /** A number of REASON. */
  readonly reason: number;
  /** Its place in the plan; −1: no target. */
  readonly target: number;
  readonly dust: number;
}

/** What an entry's fill was; `fee` in base where `inBase`. */
export interface EntryFacts {
  readonly quantity: number;
  readonly shown: number;
  readonly price: number;
  readonly fee: number;
  readonly inBase: boolean;
  readonly isMaker: boolean;
  readonly opens: boolean;
}

const TARGET_NUMBERS = [1, 2, 3] as const;

/** Tells every fill as it happens, if anybody listens. */
export class FillLog {
  listener: OnFill | null = null;
  /** Where in the bar the engine is. */
  moment: Fill['moment'] = 'open';

  entry(book: SymbolBook, { quantity, shown, price, fee, inBase, isMaker, opens }: EntryFacts): void {
    const { position, order } = book;
    this.listener?.({
      ...this.#place(book),
      side: position.side > 0 ? 'buy' : 'sell',
      quantity,
      price,
      shownPrice: shown,
      fee,
      feeCurrency: inBase ? 'base' : 'quote',
      isMaker,
      reason: 'entry',
      target: null,
      opens,
      orderRemaining: order.side === 0 ? 0 : order.wanted,
      dust: 0,
    });
  }

  exit(book: SymbolBook, { quantity, shown, price, fee, isMaker, reason, target, dust }: ExitFacts): void {
    const { position } = book;
    this.listener?.({
      ...this.#place(book),
      side: position.side > 0 ? 'sell' : 'buy',
      quantity,
      price,
      shownPrice: shown,
      fee,
      feeCurrency: 'quote',
      isMaker,
      reason: EXIT_REASONS[reason]!,
      target: TARGET_NUMBERS[target] ?? null,
      opens: false,
      orderRemaining:
        target < 0 ? position.quantity : Math.min(position.targetLeft[target]!, position.quantity),
      dust,
    });
  }

  #place(book: SymbolBook) {
    const { market, time, bar, position } = book;
    return {
      symbol: market.symbol,
      time,
      bar,
      moment: this.moment,
      signalBar: position.signalBar,
      signalTime: position.signalTime,
      positionRemaining: position.quantity,
    };
  }
}
