import type { BacktestResult, BacktestSetup } from '../../contracts/backtest.ts';
import { decideReference, decideTogether, hasRules, lastingBars } from './reference-decisions.ts';
import { moveTrailing, protection } from './reference-levels.ts';
import { basisPoints, type Decimal, decimal, ZERO } from './reference-numbers.ts';
import { ReferencePurse } from './reference-purse.ts';
import { type PendingEntry, ReferenceSymbol } from './reference-state.ts';

const EIGHT_HOURS = 8 * 3_600_000;
const MAINTENANCE = decimal(0.005);

/**
 * The rule book of docs/backtesting.md word by word in decimals, slow and plain, for the engine to be compared with. It
 * was written from that page and the contracts alone, and shares no code with the engine.
 */
export function referenceBacktest(setup: BacktestSetup): BacktestResult {
  return new ReferenceBacktest(setup).play();
}

class ReferenceBacktest {
  readonly #setup: BacktestSetup;
  readonly #symbols: readonly ReferenceSymbol[];
  readonly #purse: ReferencePurse;
  readonly #equities: { readonly closeTime: number; readonly equity: Decimal }[] = [];
  readonly #blocked: Partial<Record<string, number>> = {};

  constructor(setup: BacktestSetup) {
    this.#setup = setup;
    this.#symbols = setup.markets.map(market => new ReferenceSymbol(market, setup.fromTime, setup.toTime));
    this.#purse = new ReferencePurse(this.#symbols, setup.policy, setup.costs, setup.initialCash);
  }

  play(): BacktestResult {
    const times = [...new Set(this.#symbols.flatMap(symbol => [...symbol.times()]))].sort((a, b) => a - b);
    const rows = times.map((time, line) => this.#playTime(time, line === times.length - 1));
    const { trades, turnover, refused } = this.#purse;
    const column = (of: (row: (typeof rows)[number]) => Decimal) =>
      Float64Array.from(rows, row => of(row).toNumber());
    const total = (cost: 'fees' | 'spread' | 'slippage' | 'funding') =>
      trades.reduce((sum, trade) => sum.plus(trade.costs[cost]), ZERO).toNumber();
    return {
      trades,
      time: Float64Array.from(times),
      equity: column(row => row.equity),
      cash: column(row => row.cash),
      grossExposure: column(row => row.gross),
      turnover: turnover.toNumber(),
      costs: {
        fees: total('fees'),
        spread: total('spread'),
        slippage: total('slippage'),
        funding: total('funding'),
      },
      refused,
      ...(hasRules(this.#setup.policy) && { blocked: this.#blocked }),
      initialCash: this.#setup.initialCash,
    };
  }

  /** All steps of one open time, each for all symbols before the next. */
  #playTime(time: number, isLast: boolean) {
    for (const symbol of this.#symbols) symbol.openBar(time);
    const open = this.#symbols.filter(symbol => symbol.bar !== null);
    for (const symbol of open) this.#payFunding(symbol, time);
    for (const symbol of open) this.#leaveAtOpen(symbol);
    for (const symbol of open) this.#fillJumped(symbol);
    for (const symbol of open) this.#enterAtOpen(symbol);
    for (const symbol of open) this.#enterWithin(symbol);
    this.#liquidate();
    for (const symbol of open) this.#lapse(symbol);
    for (const symbol of open) this.#touchLevels(symbol);
    for (const symbol of open) this.#leaveAtClose(symbol);
    for (const symbol of open) symbol.lastClose = symbol.price('close');
    if (isLast) this.#end();
    const closes = (symbol: ReferenceSymbol) => symbol.lastClose;
    const equity = this.#purse.equity(closes);
    for (const symbol of open) if (symbol.position) moveTrailing(this.#setup.policy, symbol, symbol.position);
    if (!isLast) this.#decide(open, time, equity);
    return { equity, cash: this.#purse.cash, gross: this.#purse.gross(closes) };
  }

  #decide(open: readonly ReferenceSymbol[], time: number, equity: Decimal): void {
    const { policy, initialCash } = this.#setup;
    const account = { policy, purse: this.#purse, symbols: this.#symbols };
    if (!hasRules(policy)) {
      decideReference(account, open, equity);
      return;
    }
    const closeTime = time + open[0]!.market.barMs!;
    this.#equities.push({ closeTime, equity });
    const close = { ...account, closeTime, initialCash, equities: this.#equities };
    for (const rule of decideTogether(close, open, equity))
      this.#blocked[rule] = (this.#blocked[rule] ?? 0) + 1;
  }

  #payFunding(symbol: ReferenceSymbol, time: number): void {
    const { kind, funding, candles } = symbol.market;
    if (kind !== 'swap' || symbol.position === null) return;
    const after = candles.openTime[symbol.bar! - 1];
    if (funding !== null) {
      for (let i = 0; i < funding.time.length; i++)
        if (funding.time[i] > after && funding.time[i] <= time)
          this.#purse.payFunding(symbol, decimal(funding.rate[i]));
      return;
    }
    const rate = basisPoints(this.#setup.costs.fundingBpsPer8h ?? 0);
    for (let at = (Math.floor(after / EIGHT_HOURS) + 1) * EIGHT_HOURS; at <= time; at += EIGHT_HOURS)
      this.#purse.payFunding(symbol, rate);
  }

  #leaveAtOpen(symbol: ReferenceSymbol): void {
    const reason = symbol.position?.leaving ?? null;
    if (reason !== null) this.#purse.leave(symbol, symbol.price('open'), reason);
  }

  /** Stop, else targets, that the open jumped over. */
  #fillJumped(symbol: ReferenceSymbol): void {
    const { position } = symbol;
    if (position === null || position.leaving !== null) return;
    const open = symbol.price('open');
    const stop = protection(position);
    if (stop !== null && open.minus(stop.level).times(position.side).lte(0)) {
      this.#purse.leave(symbol, open, stop.reason);
      return;
    }
    for (const target of position.targets)
      if (symbol.position === position && open.minus(target.level).times(position.side).gte(0))
        this.#purse.take(symbol, target, open);
  }

  #enterAtOpen(symbol: ReferenceSymbol): void {
    const entry = this.#fillable(symbol);
    const open = symbol.price('open');
    if (entry && (entry.limit === null || open.minus(entry.limit).times(entry.side).lte(0)))
      this.#purse.enter(symbol, entry, open);
  }

  #enterWithin(symbol: ReferenceSymbol): void {
    const entry = this.#fillable(symbol);
    if (entry && entry.limit !== null) {
      const isAtOpen = symbol.price('open').minus(entry.limit).times(entry.side).lte(0);
      const isReached = symbol.worstMark(entry.side).minus(entry.limit).times(entry.side).lte(0);
      if (isReached && !isAtOpen) this.#purse.enter(symbol, entry, entry.limit);
    }
  }

  /** An entry whose last bar this is and that was not withdrawn by then. */
  #lapse(symbol: ReferenceSymbol): void {
    if (symbol.entry === null || symbol.bar! < symbol.entry.lastBar) return;
    if (!symbol.entry.hasFilled) this.#purse.refused.lapsed++;
    symbol.entry = null;
  }

  /** The pending entry, unless a position of the other direction is still on its way out. */
  #fillable(symbol: ReferenceSymbol): PendingEntry | null {
    const { entry, position } = symbol;
    return entry === null || (position !== null && position.leaving !== null) ? null : entry;
  }

  #liquidate(): void {
    const held = this.#symbols.filter(symbol => symbol.market.kind === 'swap' && symbol.position !== null);
    if (held.length === 0) return;
    const worst = (symbol: ReferenceSymbol) => symbol.worstMark(symbol.position!.side);
    const start = (symbol: ReferenceSymbol) => symbol.openMark();
    const above = (mark: (symbol: ReferenceSymbol) => Decimal) =>
      this.#purse.equity(mark).minus(this.#purse.gross(mark).times(MAINTENANCE));
    const [first, last] = [above(start), above(worst)];
    if (last.gt(0)) return;
    const way = first.lte(0) ? ZERO : first.div(first.minus(last));
    for (const symbol of this.#symbols) symbol.entry = null;
    for (const symbol of held) {
      const from = start(symbol);
      this.#purse.leave(symbol, from.plus(worst(symbol).minus(from).times(way)), 'liquidation');
    }
  }

  #touchLevels(symbol: ReferenceSymbol): void {
    const { position } = symbol;
    if (position === null || position.leaving !== null) return;
    const { side } = position;
    const open = symbol.price('open');
    const stop = protection(position);
    if (stop !== null && symbol.worstMark(side).minus(stop.level).times(side).lte(0)) {
      const isOpenWorse = open.minus(stop.level).times(side).lt(0);
      this.#purse.leave(symbol, isOpenWorse ? open : stop.level, stop.reason);
      return;
    }
    if (position.limitBar === symbol.bar) return;
    const best = symbol.price(side === 1 ? 'high' : 'low');
    for (const target of position.targets) {
      if (symbol.position !== position || target.filledBar === symbol.bar) continue;
      if (best.minus(target.level).times(side).lt(0)) continue;
      const isOpenBetter = open.minus(target.level).times(side).gt(0);
      this.#purse.take(symbol, target, isOpenBetter ? open : target.level);
    }
  }

  #leaveAtClose(symbol: ReferenceSymbol): void {
    const { position } = symbol;
    if (
      position &&
      position.leaving === null &&
      symbol.bar! >= position.signalBar + lastingBars(this.#setup.policy, symbol)
    )
      this.#purse.leave(symbol, symbol.price('close'), 'time');
  }

  /** Also of symbols whose bars ended earlier, at their last close. */
  #end(): void {
    for (const symbol of this.#symbols) {
      symbol.entry = null;
      if (symbol.position) this.#purse.leave(symbol, symbol.lastClose, 'end');
    }
  }
}
