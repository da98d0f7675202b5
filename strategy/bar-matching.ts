import type { CostSpec } from '../contracts/costs.ts';
import type { Intent } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { MarketKind } from '../contracts/series.ts';
import type { Account } from './account.ts';
import { EntryMatching } from './entry-matching.ts';
import { ExitMatching } from './exit-matching.ts';
import { REASON } from './exit-reasons.ts';
import { FillCosts } from './fill-costs.ts';
import type { FillLog } from './fill-log.ts';
import { liquidationPoint, priceAt } from './liquidation.ts';
import type { SymbolBook } from './symbol-book.ts';
import type { TradeColumns } from './trade-columns.ts';

/** What an account's orders and positions are matched by. */
export interface MatchingTerms {
  readonly kind: MarketKind;
  readonly policy: Pick<Policy, 'maxLeverage' | 'maxVolumeShare'>;
  readonly costs: CostSpec;
}

/** What happens to orders and positions within one time's bars, in the order of the rule book; and what intents do to them. */
export class BarMatching {
  readonly #isSpot: boolean;
  readonly #account: Account;
  readonly #books: readonly SymbolBook[];
  readonly #fills: FillLog;
  readonly #exits: ExitMatching;
  readonly #entries: EntryMatching;

  constructor(
    account: Account,
    books: readonly SymbolBook[],
    trades: TradeColumns,
    fills: FillLog,
    { kind, policy, costs }: MatchingTerms,
  ) {
    const { maxLeverage } = policy;
    const maxVolumeShare = policy.maxVolumeShare ?? null;
    const fillCosts = new FillCosts(costs);
    const isSpot = kind === 'spot';
    this.#isSpot = isSpot;
    this.#account = account;
    this.#books = books;
    this.#fills = fills;
    this.#exits = new ExitMatching(account, fillCosts, trades, fills, maxVolumeShare);
    this.#entries = new EntryMatching(account, books, fillCosts, fills, {
      isSpot,
      maxLeverage,
      maxVolumeShare,
      feeInBase: isSpot && costs.feeCurrency === 'received',
    });
  }

  /** Counts through the books: an iterator per phase would be most of what a trade allocates. */
  match(): void {
    const books = this.#books;
    const count = books.length;
    if (books.every(isIdle)) return;
    this.#fills.moment = 'open';
    for (let i = 0; i < count; i++) if (books[i].row >= 0) this.#payFunding(books[i]);
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.continueAtOpen(books[i]);
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.jumpedAtOpen(books[i]);
    for (let i = 0; i < count; i++) if (isOrdered(books[i])) this.#entries.atOpen(books[i]);
    this.#fills.moment = 'within';
    for (let i = 0; i < count; i++) if (isOrdered(books[i])) this.#entries.limitWithin(books[i]);
    if (!this.#isSpot && this.#account.open > 0) this.#liquidate();
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.levelsWithin(books[i]);
    this.#fills.moment = 'close';
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.timeAtClose(books[i]);
    for (let i = 0; i < count; i++) if (isOrdered(books[i])) this.#entries.lapse(books[i]);
  }

  /** What was decided about a symbol, in the order of the intents but the entry last. */
  apply(book: SymbolBook, intents: readonly Intent[]): void {
    for (const intent of intents) if (intent.kind !== 'enter') this.#applyOne(book, intent);
    for (const intent of intents) if (intent.kind === 'enter') this.#entries.place(book, intent);
  }

  /** What is open leaves at its last close, what rests is withdrawn. */
  leave(book: SymbolBook): void {
    this.#fills.moment = 'close';
    book.order.withdraw();
    if (book.position.side !== 0) this.#exits.leaveAt(book, book.lastClose, REASON.end);
  }

  #payFunding(book: SymbolBook): void {
    const { position, funding, candles, row } = book;
    if (funding === null || position.side === 0) return;
    const rate = funding.due(book.lastTime, candles.openTime[row]);
    if (rate === 0) return;
    const paid = position.side * position.quantity * candles.open[row] * rate;
    this.#account.cash -= paid;
    this.#account.funding += paid;
    position.funding += paid;
  }

  #liquidate(): void {
    const point = liquidationPoint(this.#account.cash, this.#books);
    if (point === null) return;
    for (const book of this.#books) {
      book.order.withdraw();
      if (book.position.side !== 0) this.#exits.leaveAt(book, priceAt(book, point), REASON.liquidation);
    }
  }

  #applyOne({ position, order }: SymbolBook, intent: Exclude<Intent, { kind: 'enter' }>): void {
    switch (intent.kind) {
      case 'skip':
        this.#account.refuseDecided(intent.reason);
        return;
      case 'cancel-entry':
        order.withdraw();
        return;
      case 'exit':
        if (position.side === 0) return;
        order.withdraw();
        if (position.leaving === REASON.none) position.leaving = REASON.signal;
    }
  }
}

function isIdle(book: SymbolBook): boolean {
  return book.isIdle;
}

function isMatched({ row, position }: SymbolBook): boolean {
  return row >= 0 && position.side !== 0;
}

function isOrdered({ row, order }: SymbolBook): boolean {
  return row >= 0 && order.side !== 0;
}
