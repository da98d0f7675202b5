import type { BacktestResult, Trade } from '../contracts/backtest.ts';
import type { CloseInput } from '../contracts/close-decision.ts';
import type { CostSpec } from '../contracts/costs.ts';
import type { Decide, Intent, MarketFacts } from '../contracts/intents.ts';
import type { Policy } from '../contracts/policy.ts';
import type { RuleName } from '../contracts/risk.ts';
import { Account } from './account.ts';
import { HeldLines, type Lines, type LineWriter, WrittenLines } from './account-lines.ts';
import { BarMatching } from './bar-matching.ts';
import { closeInputOf, closeTimeOf } from './close-view.ts';
import { type OnOpposite, onOppositeOf } from './decide.ts';
import { decideQuietly, decidesAsWhole } from './decide-close.ts';
import { hasSignal, type Marks } from './decision-views.ts';
import { EachDecision } from './each-decision.ts';
import { REASON } from './exit-reasons.ts';
import { FillLog, type OnFill } from './fill-log.ts';
import { fundingOf } from './funding.ts';
import { countsEveryClose, endOfFlatBars, endOfQuietBars } from './quiet-bars.ts';
import { initialMemory } from './risk/memory.ts';
import { RiskAccount } from './risk/risk-account.ts';
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

/** A line per played open time; where bars of several durations are played, per close less the shortest of them. */
export interface PlayedBars {
  readonly time: Float64Array;
  readonly lines: Lines;
}

/**
 * An account that is fed bars. `play` matches what rests, marks, and decides at each close; or, step by step from outside,
 * `match` does all but decide, and what was decided is handed to `apply`. Bars may come all at once or in pieces, and the
 * state may be written down and read again in between: the result is the same.
 */
export class Simulation {
  readonly #policy: Policy;
  readonly #costs: CostSpec;
  readonly #decide: Decide | null;
  readonly #isSpot: boolean;
  readonly #onOpposite: OnOpposite;
  readonly #account: Account;
  /** null: the policy has no rules that ask for it. */
  readonly #risk: RiskAccount | null;
  readonly #books: SymbolBook[];
  /** By how much each market's bars are longer than the shortest, in ms: bars that close together are played together. */
  readonly #later: readonly number[];
  readonly #marks: Marks = { equity: 0, cash: 0, grossExposure: 0 };
  readonly #trades = new TradeColumns();
  readonly #fills = new FillLog();
  readonly #matching: BarMatching;
  readonly #each: EachDecision;

  /** @param decide of one's own; null: the policy's signals are followed */
  constructor({ markets, policy, costs, initialCash }: SimulationTerms, decide: Decide | null) {
    const [{ kind }] = markets;
    this.#policy = policy;
    this.#costs = costs;
    this.#decide = decide;
    this.#isSpot = kind === 'spot';
    this.#onOpposite = onOppositeOf(policy, kind);
    this.#account = new Account(initialCash);
    this.#risk = decidesAsWhole(policy) ? new RiskAccount(policy.risk, initialCash) : null;
    this.#books = markets.map((market, index) => new SymbolBook(index, market));
    const durations = markets.map(({ barMs }) => barMs ?? 0);
    const shortest = Math.min(...durations);
    this.#later = durations.map(barMs => (shortest > 0 ? barMs - shortest : 0));
    this.#matching = new BarMatching(this.#account, this.#books, this.#trades, this.#fills, {
      kind,
      policy,
      costs,
    });
    this.#each = new EachDecision(policy, decide, this.#account, this.#books, this.#marks, this.#matching);
    this.#listen(null);
  }

  /**
   * Plays bars that follow those played before, one feed per market in their order.
   * @throws AlphaloomError STRATEGY_INVALID where one's own decide throws or wants what no order can be
   */
  play(feeds: readonly MarketFeed[]): PlayedBars {
    this.#begin(feeds);
    const time = timelineOf(feeds, this.#later);
    const lines = feeds.length === 1 ? this.#playOne(feeds[0]) : this.#playTogether(feeds, time);
    for (const book of this.#books) book.row = -1;
    return { time, lines };
  }

  /**
   * Goes through bars as `play` does and decides nothing: what rests is matched, positions are marked, trailing stops move.
   * @param onFill is told every fill as it happens
   */
  match(feeds: readonly MarketFeed[], onFill: OnFill): PlayedBars {
    this.#begin(feeds);
    this.#listen(onFill);
    const time = timelineOf(feeds, this.#later);
    const lines = new WrittenLines(time.length);
    this.#openTogether(feeds, time, line => this.#matchBar(lines, line));
    this.#listen(null);
    return { time, lines };
  }

  /** What there is to decide by after `match`, at the last of its closes. Needs the markets' `barMs`. */
  closeInput(): CloseInput {
    const memory = this.#risk?.memory ?? initialMemory(this.#marks.equity);
    return closeInputOf(this.#books, this.#marks, { policy: this.#policy, memory, strategy: this.#decide });
  }

  /** Places orders and withdraws them, as was decided at the last close. @param blockedBy what kept an entry back, to be counted */
  apply(symbol: string, intents: readonly Intent[], blockedBy: RuleName | null = null): void {
    if (blockedBy !== null) this.#risk?.block(blockedBy);
    this.#matching.apply(this.#bookOf(symbol), intents);
  }

  /** Withdraws a symbol's entry and lets its position leave whole at its last close, at market (`end`), whoever decided that. */
  leave(symbol: string, onFill: OnFill): void {
    this.#listen(onFill);
    this.#matching.leave(this.#bookOf(symbol));
    this.#listen(null);
  }

  /** Ends the range at the last played time: what is open leaves at its last close. @returns the account after it */
  finish(): { readonly equity: number; readonly cash: number; readonly grossExposure: number } {
    for (const book of this.#books) this.#matching.leave(book);
    this.#account.forgetLastDecision();
    this.#risk?.forgetLastDecision();
    const { cash } = this.#account;
    return { equity: cash, cash, grossExposure: 0 };
  }

  /** Positions that were closed since this was last asked. */
  takeTrades(): Trade[] {
    return this.#trades.take(this.#books.map(({ market }) => market.symbol));
  }

  totals(): Pick<BacktestResult, 'turnover' | 'costs' | 'refused' | 'blocked'> {
    return { ...this.#account.totals(), ...(this.#risk && { blocked: this.#risk.blocked() }) };
  }

  /** Everything that later bars depend on, as plain data. Closed trades are not in it: take them first. */
  state(): SimulationState {
    return writeState(this.#account, this.#books, this.#risk);
  }

  restore(state: SimulationState): void {
    readState(state, this.#account, this.#books, this.#risk);
  }

  #bookOf(symbol: string): SymbolBook {
    const book = this.#books.find(({ market }) => market.symbol === symbol);
    if (book === undefined) throw new RangeError(`The account has no market ${symbol}.`);
    return book;
  }

  #begin(feeds: readonly MarketFeed[]): void {
    for (const [i, feed] of feeds.entries())
      this.#books[i].begin(feed, this.#isSpot ? null : fundingOf(feed.funding, this.#costs));
  }

  /** Limits remember fills, whoever else listens. */
  #listen(onFill: OnFill | null): void {
    const risk = this.#risk;
    if (risk === null) {
      this.#fills.listener = onFill;
      return;
    }
    const barMs = new Map(this.#books.map(({ market }) => [market.symbol, market.barMs ?? 0]));
    this.#fills.listener = fill => {
      risk.fill(fill, barMs.get(fill.symbol)!);
      onFill?.(fill);
    };
  }

  /** One symbol: bars in which nothing can happen are passed over, unless a limit counts by every close. */
  #playOne({ candles, from, to }: MarketFeed): Lines {
    const [book] = this.#books;
    const { position, order } = book;
    const canSkip = this.#decide === null && !countsEveryClose(this.#policy);
    const lines = new HeldLines(candles.close.subarray(from, to), this.#account.cash, heldOf(book));
    let row = from;
    while (row < to) {
      if (canSkip && order.side === 0 && position.leaving === REASON.none) {
        const next = this.#quietUntil(book, row, to);
        if (next > row) {
          this.#beginDecision();
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
    const lines = new WrittenLines(time.length);
    this.#openTogether(feeds, time, line => this.#step(lines, line));
    return lines;
  }

  #openTogether(feeds: readonly MarketFeed[], time: Float64Array, step: (line: number) => void): void {
    const next = feeds.map(({ from }) => from);
    for (let line = 0; line < time.length; line++) {
      for (let i = 0; i < feeds.length; i++) {
        const hasBar =
          next[i] < feeds[i].to && feeds[i].candles.openTime[next[i]] + this.#later[i] === time[line];
        this.#books[i].openBar(hasBar ? next[i]++ : -1);
      }
      step(line);
    }
  }

  /** All symbols at one time, in the order of the rule book. */
  #step(lines: LineWriter, line: number): void {
    this.#matchBar(lines, line);
    if (this.#risk === null) this.#each.decide();
    else this.#decideTogether();
  }

  /** All but the decision. */
  #matchBar(lines: LineWriter, line: number): void {
    this.#matching.match();
    for (const book of this.#books) book.closeBar();
    this.#mark(lines, line);
    for (const book of this.#books) {
      if (book.row >= 0 && book.position.side !== 0) moveTrailingStop(book);
    }
    this.#beginDecision();
    if (this.#risk !== null) this.#risk.mark(closeTimeOf(this.#books), this.#marks.equity);
  }

  #beginDecision(): void {
    this.#account.beginDecision();
    this.#risk?.beginClose();
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

  #decideTogether(): void {
    const isAsked = (book: SymbolBook) => book.row >= 0 && (this.#decide !== null || hasSignal(book));
    if (!this.#books.some(isAsked)) return;
    for (const { symbol, intents, blockedBy } of decideQuietly(this.closeInput()))
      this.apply(symbol, intents, blockedBy);
  }
}

/** Quantity signed by the side. */
function heldOf({ position }: SymbolBook): number {
  return position.side === 0 ? 0 : position.side * position.quantity;
}
