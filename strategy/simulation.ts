import type { BacktestResult, Trade } from '../contracts/backtest.ts';
import type { CostSpec } from '../contracts/costs.ts';
import type { Decide, Intent, MarketFacts } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import { Account } from './account.ts';
import { HeldLines, type Lines, type LineWriter, WrittenLines } from './account-lines.ts';
import { decide as decideByPolicy, type OnOpposite, onOppositeOf } from './decide.ts';
import { closedBarAt, DecisionViews, hasSignal, type Marks } from './decision-views.ts';
import { EntryMatching } from './entry-matching.ts';
import { ExitMatching } from './exit-matching.ts';
import { REASON } from './exit-reasons.ts';
import { FillCosts } from './fill-costs.ts';
import { fundingOf } from './funding.ts';
import { checkIntents } from './intent-check.ts';
import { liquidationPoint, priceAt } from './liquidation.ts';
import { endOfFlatBars, endOfQuietBars } from './quiet-bars.ts';
import { readState, type SimulationState, writeState } from './simulation-state.ts';
import { type MarketFeed, SymbolBook } from './symbol-book.ts';
import { timelineOf } from './timeline.ts';
import { TradeColumns } from './trade-columns.ts';
import { moveTrailingStop } from './trailing-stop.ts';

/** What is traded, by which rules, with what. */
export interface SimulationTerms {
  /** In the order in which they are asked at a close. */
  readonly markets: readonly MarketFacts[];
  readonly policy: Policy;
  readonly costs: CostSpec;
  readonly initialCash: number;
}

/** A line per played open time. */
export interface PlayedBars {
  readonly time: Float64Array;
  readonly lines: Lines;
}

/**
 * An account that is fed bars: it matches what rests, marks, and decides at each close. Bars may come all at once or in
 * pieces, and the state may be written down and read again in between: the result is the same.
 */
export class Simulation {
  readonly #policy: Policy;
  readonly #costs: CostSpec;
  readonly #decide: Decide | null;
  readonly #isSpot: boolean;
  readonly #onOpposite: OnOpposite;
  readonly #account: Account;
  readonly #books: SymbolBook[];
  readonly #views: DecisionViews[];
  readonly #marks: Marks = { equity: 0, cash: 0, grossExposure: 0 };
  readonly #trades = new TradeColumns();
  readonly #exits: ExitMatching;
  readonly #entries: EntryMatching;

  /** @param decide of one's own; null: the policy's signals are followed */
  constructor({ markets, policy, costs, initialCash }: SimulationTerms, decide: Decide | null) {
    const [{ kind }] = markets;
    const fillCosts = new FillCosts(costs);
    const maxVolumeShare = policy.maxVolumeShare ?? null;
    this.#policy = policy;
    this.#costs = costs;
    this.#decide = decide;
    this.#isSpot = kind === 'spot';
    this.#onOpposite = onOppositeOf(policy, kind);
    this.#account = new Account(initialCash);
    this.#books = markets.map(
      ({ symbol, kind, labels, rules }, index) => new SymbolBook(index, { symbol, kind, labels, rules }),
    );
    this.#views = this.#books.map(book => new DecisionViews(book));
    this.#exits = new ExitMatching(this.#account, fillCosts, this.#trades, maxVolumeShare);
    this.#entries = new EntryMatching(this.#account, this.#books, fillCosts, {
      isSpot: this.#isSpot,
      maxLeverage: policy.maxLeverage,
      maxVolumeShare,
      feeInBase: this.#isSpot && costs.feeCurrency === 'received',
    });
  }

  /**
   * Plays bars that follow those played before, one feed per market in their order.
   * @throws AlphaloomError STRATEGY_INVALID where one's own decide throws or wants what no order can be
   */
  play(feeds: readonly MarketFeed[]): PlayedBars {
    for (const [i, feed] of feeds.entries())
      this.#books[i].begin(feed, this.#isSpot ? null : fundingOf(feed.funding, this.#costs));
    const time = timelineOf(feeds);
    const lines = feeds.length === 1 ? this.#playOne(feeds[0]) : this.#playTogether(feeds, time);
    for (const book of this.#books) book.row = -1;
    return { time, lines };
  }

  /** Ends the range at the last played time: what is open leaves at its last close. @returns the account after it */
  finish(): { readonly equity: number; readonly cash: number; readonly grossExposure: number } {
    for (const book of this.#books) {
      book.order.withdraw();
      if (book.position.side !== 0) this.#exits.leaveAt(book, book.lastClose, REASON.end);
    }
    this.#account.forgetLastDecision();
    const { cash } = this.#account;
    return { equity: cash, cash, grossExposure: 0 };
  }

  /** Positions that were closed since this was last asked. */
  takeTrades(): Trade[] {
    return this.#trades.take(this.#books.map(({ market }) => market.symbol));
  }

  totals(): Pick<BacktestResult, 'turnover' | 'costs' | 'refused'> {
    return this.#account.totals();
  }

  /** Everything that later bars depend on, as plain data. Closed trades are not in it: take them first. */
  state(): SimulationState {
    return writeState(this.#account, this.#books);
  }

  restore(state: SimulationState): void {
    readState(state, this.#account, this.#books);
  }

  /** One symbol: bars in which nothing can happen are passed over. */
  #playOne({ candles, from, to }: MarketFeed): Lines {
    const [book] = this.#books;
    const { position, order } = book;
    const canSkip = this.#decide === null;
    const lines = new HeldLines(candles.close.subarray(from, to), this.#account.cash, heldOf(book));
    let row = from;
    while (row < to) {
      if (canSkip && order.side === 0 && position.leaving === REASON.none) {
        const next = this.#quietUntil(book, row, to);
        if (next > row) {
          this.#account.beginDecision();
          book.openBar(next - 1);
          book.closeBar();
          row = next;
          continue;
        }
      }
      book.openBar(row);
      this.#step(lines, row - from);
      row++;
    }
    return lines;
  }

  #quietUntil(book: SymbolBook, row: number, to: number): number {
    const { position } = book;
    if (position.side === 0) return endOfFlatBars(book, row, to);
    if (position.plan!.trailing !== null) return row;
    return endOfQuietBars(book, this.#account.cash, this.#onOpposite, row, to);
  }

  #playTogether(feeds: readonly MarketFeed[], time: Float64Array): Lines {
    const next = feeds.map(({ from }) => from);
    const lines = new WrittenLines(time.length);
    for (let line = 0; line < time.length; line++) {
      for (let i = 0; i < feeds.length; i++) {
        const hasBar = next[i] < feeds[i].to && feeds[i].candles.openTime[next[i]] === time[line];
        this.#books[i].openBar(hasBar ? next[i]++ : -1);
      }
      this.#step(lines, line);
    }
    return lines;
  }

  /** All symbols at one time, in the order of the rule book. */
  #step(lines: LineWriter, line: number): void {
    this.#match();
    for (const book of this.#books) book.closeBar();
    this.#mark(lines, line);
    for (const book of this.#books) {
      if (book.row >= 0 && book.position.side !== 0) moveTrailingStop(book);
    }
    this.#decideAll();
  }

  /** Counts through the books: an iterator per phase would be most of what a trade allocates. */
  #match(): void {
    const books = this.#books;
    const count = books.length;
    if (books.every(isIdle)) return;
    for (let i = 0; i < count; i++) if (books[i].row >= 0) this.#payFunding(books[i]);
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.continueAtOpen(books[i]);
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.jumpedAtOpen(books[i]);
    for (let i = 0; i < count; i++) if (isOrdered(books[i])) this.#entries.atOpen(books[i]);
    for (let i = 0; i < count; i++) if (isOrdered(books[i])) this.#entries.limitWithin(books[i]);
    if (!this.#isSpot && this.#account.open > 0) this.#liquidate();
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.levelsWithin(books[i]);
    for (let i = 0; i < count; i++) if (isMatched(books[i])) this.#exits.timeAtClose(books[i]);
    for (let i = 0; i < count; i++) if (isOrdered(books[i])) this.#entries.lapse(books[i]);
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

  #mark(lines: LineWriter, line: number): void {
    const books = this.#books;
    const { cash } = this.#account;
    let equity = cash;
    let grossExposure = 0;
    for (let i = 0; i < books.length; i++) {
      const { position } = books[i];
      if (position.side === 0) continue;
      const value = position.quantity * books[i].lastClose;
      equity += position.side * value;
      grossExposure += value;
    }
    this.#marks.cash = cash;
    this.#marks.equity = equity;
    this.#marks.grossExposure = grossExposure;
    lines.write(line, this.#marks, heldOf(books[0]));
  }

  #decideAll(): void {
    this.#account.beginDecision();
    for (const book of this.#books) {
      if (book.row < 0 || (this.#decide === null && !hasSignal(book))) continue;
      const intents = this.#intents(book);
      for (const intent of intents) if (intent.kind !== 'enter') this.#apply(book, intent);
      for (const intent of intents) if (intent.kind === 'enter') this.#entries.place(book, intent);
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

  #apply({ position, order }: SymbolBook, intent: Exclude<Intent, { kind: 'enter' }>): void {
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

/** Quantity signed by the side. */
function heldOf({ position }: SymbolBook): number {
  return position.side === 0 ? 0 : position.side * position.quantity;
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
