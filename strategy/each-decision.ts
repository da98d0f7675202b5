import type { Decide, Intent } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Account } from './account.ts';
import type { BarMatching } from './bar-matching.ts';
import { decide as decideByPolicy } from './decide.ts';
import { closedBarAt, DecisionViews, hasSignal, type Marks } from './decision-views.ts';
import { checkIntents } from './intent-check.ts';
import { entriesInOneOrder } from './one-order.ts';
import type { SymbolBook } from './symbol-book.ts';

/** A close decided symbol by symbol, as `decideClose` does where no rule asks for all at once, without writing down why. */
export class EachDecision {
  readonly #policy: Policy;
  readonly #decide: Decide | null;
  readonly #account: Account;
  readonly #books: readonly SymbolBook[];
  readonly #views: readonly DecisionViews[];
  readonly #marks: Marks;
  readonly #matching: BarMatching;

  /** @param marks of the close, filled anew each time */
  constructor(
    policy: Policy,
    decide: Decide | null,
    account: Account,
    books: readonly SymbolBook[],
    marks: Marks,
    matching: BarMatching,
  ) {
    this.#policy = policy;
    this.#decide = decide;
    this.#account = account;
    this.#books = books;
    this.#views = books.map(book => new DecisionViews(book));
    this.#marks = marks;
    this.#matching = matching;
  }

  decide(): void {
    for (const book of this.#books) {
      if (book.row < 0 || (this.#decide === null && !hasSignal(book))) continue;
      this.#matching.apply(book, entriesInOneOrder(this.#intents(book), book.market.rules));
    }
  }

  #intents(book: SymbolBook): readonly Intent[] {
    const decide = this.#decide;
    if (decide === null) {
      const shown = this.#views[book.index].show(book, this.#books, this.#marks);
      return decideByPolicy(shown.prediction, shown.portfolio, this.#policy, shown.bar);
    }
    const isRuined = !(this.#marks.equity > 0) && this.#account.open === 0;
    if (isRuined) return [];
    const shown = new DecisionViews(book).show(book, this.#books, this.#marks);
    return checkIntents(decide, shown.prediction, shown.portfolio, this.#policy, closedBarAt(book));
  }
}
