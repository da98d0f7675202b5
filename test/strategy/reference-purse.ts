import type { ExitReason, RefusedOrders, Trade } from '../../contracts/backtest.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { Policy } from '../../contracts/policy.ts';
import { levelsOf, placeLevels } from './reference-levels.ts';
import { type Decimal, decimal, least, NEAR, roundedDown, ZERO } from './reference-numbers.ts';
import { type Fill, type OrderKind, ReferencePrices, volumeBudget } from './reference-prices.ts';
import {
  type OpenPosition,
  type PendingEntry,
  type ReferenceSymbol,
  type RestingTarget,
  type Sign,
  tradeOf,
} from './reference-state.ts';

/** The money that symbols share, and every fill that moves it. */
export class ReferencePurse {
  cash: Decimal;
  turnover = ZERO;
  readonly trades: Trade[] = [];
  readonly refused: { -readonly [Why in keyof RefusedOrders]: number } = {
    tooSmall: 0,
    noFunds: 0,
    lapsed: 0,
    noLevels: 0,
  };
  readonly #symbols: readonly ReferenceSymbol[];
  readonly #policy: Policy;
  readonly #prices: ReferencePrices;

  constructor(symbols: readonly ReferenceSymbol[], policy: Policy, costs: CostSpec, initialCash: number) {
    this.#symbols = symbols;
    this.#policy = policy;
    this.#prices = new ReferencePrices(costs);
    this.cash = decimal(initialCash);
  }

  /** cash + Σ signed size × price. */
  equity(priceOf: (symbol: ReferenceSymbol) => Decimal): Decimal {
    return this.#symbols.reduce(
      (sum, symbol) =>
        symbol.position === null
          ? sum
          : sum.plus(symbol.position.size.times(symbol.position.side).times(priceOf(symbol))),
      this.cash,
    );
  }

  /** Σ size × price. */
  gross(priceOf: (symbol: ReferenceSymbol) => Decimal): Decimal {
    return this.#symbols.reduce(
      (sum, symbol) =>
        symbol.position === null ? sum : sum.plus(symbol.position.size.times(priceOf(symbol))),
      ZERO,
    );
  }

  payFunding(symbol: ReferenceSymbol, rate: Decimal): void {
    const { position } = symbol;
    if (position === null) return;
    const paid = position.size.times(position.side).times(symbol.price('open')).times(rate);
    this.cash = this.cash.minus(paid);
    position.cashFlow = position.cashFlow.minus(paid);
    position.costs.funding = position.costs.funding.plus(paid);
  }

  /** Fills a pending entry at a shown price as far as account and volume allow. */
  enter(symbol: ReferenceSymbol, entry: PendingEntry, shown: Decimal): void {
    const kind: OrderKind = entry.limit === null ? 'market' : 'limit';
    const budget = volumeBudget(symbol, this.#policy);
    if (!entry.hasFilled && !this.#hasLevels(symbol, entry, shown)) {
      this.refused.noLevels++;
      drop(symbol);
      return;
    }
    const asked = budget === null ? entry.remaining : least(entry.remaining, budget);
    if (asked.lte(0)) return;
    const { price } = this.#prices.fill(symbol, entry.side, asked, shown, kind);
    const funds = this.#funds(symbol, price, kind);
    const cut = roundedDown(least(entry.remaining, funds ?? ZERO), symbol.rules().lot);
    const isTooSmall = entry.hasFilled ? cut.lte(0) : !this.#meetsMinimums(symbol, cut, price);
    if (funds === null || isTooSmall) {
      if (!entry.hasFilled) this.refused[funds === null ? 'noFunds' : 'tooSmall']++;
      drop(symbol);
      return;
    }
    const quantity = budget === null ? cut : least(cut, budget);
    this.#bookEntry(symbol, entry, quantity, shown, kind);
    const wanted = entry.remaining;
    entry.remaining = cut.minus(quantity);
    entry.hasFilled = true;
    if (entry.remaining.lte(wanted.times(NEAR))) drop(symbol);
  }

  /** All that is left leaves at a shown price by a market order; what the volume leaves goes on leaving at the next opens. */
  leave(symbol: ReferenceSymbol, shown: Decimal, reason: ExitReason): void {
    const position = symbol.position!;
    const isForced = reason === 'end' || reason === 'liquidation';
    dropEntryOf(symbol, position);
    position.leaving = reason;
    position.targets = [];
    const budget = isForced ? null : volumeBudget(symbol, this.#policy);
    this.#exit(symbol, position, position.size, budget, shown, 'market', reason);
  }

  /** A target fills at a shown price. */
  take(symbol: ReferenceSymbol, target: RestingTarget, shown: Decimal): void {
    const position = symbol.position!;
    const before = position.size;
    if (target.remaining.lte(position.received.times(NEAR))) return;
    this.#exit(
      symbol,
      position,
      target.remaining,
      volumeBudget(symbol, this.#policy),
      shown,
      'limit',
      'target',
    );
    target.remaining = target.remaining.minus(before.minus(position.size));
    target.filledBar = symbol.newestBar;
    if (!before.eq(position.size)) dropEntryOf(symbol, position);
  }

  #hasLevels(symbol: ReferenceSymbol, entry: PendingEntry, shown: Decimal): boolean {
    const { stop, targets } = levelsOf(this.#policy, symbol, entry.side, entry.signalBar, shown);
    return (stop === null || stop.gt(0)) && targets.every(({ level }) => level.gt(0));
  }

  #meetsMinimums(symbol: ReferenceSymbol, quantity: Decimal, price: Decimal): boolean {
    const { minQuantity, minNotional } = symbol.rules();
    const met = decimal(1).minus(NEAR);
    return (
      quantity.gt(0) &&
      quantity.gte(met.times(minQuantity ?? 0)) &&
      quantity.times(price).gte(met.times(minNotional ?? 0))
    );
  }

  #exit(
    symbol: ReferenceSymbol,
    position: OpenPosition,
    wanted: Decimal,
    budget: Decimal | null,
    shown: Decimal,
    kind: OrderKind,
    reason: ExitReason,
  ): void {
    const { lot } = symbol.rules();
    if (budget?.lte(0)) return;
    const whole = roundedDown(least(wanted, position.size), lot);
    const quantity = budget === null ? whole : least(whole, budget);
    const isDust = whole.isZero() && lot !== null && position.size.lt(lot);
    if (quantity.lte(0) && !isDust) return;
    const fill = this.#prices.fill(symbol, -position.side as Sign, quantity, shown, kind);
    const worth = quantity.times(fill.price).times(position.side);
    this.#move(position, worth.minus(fill.fee), fill, fill.fee);
    this.turnover = this.turnover.plus(quantity.times(fill.price));
    position.size = position.size.minus(quantity);
    position.exited.quantity = position.exited.quantity.plus(quantity);
    position.exited.paid = position.exited.paid.plus(quantity.times(fill.price));
    position.exited.count++;
    this.#bookDust(symbol, position, fill.price);
    if (position.size.isZero()) this.#end(symbol, position, reason, fill.price);
  }

  #bookDust(symbol: ReferenceSymbol, position: OpenPosition, price: Decimal): void {
    const { lot } = symbol.rules();
    const nothing = position.received.times(NEAR);
    if (
      position.size.gt(nothing) &&
      !(lot !== null && position.size.lt(decimal(lot).times(decimal(1).minus(NEAR))))
    )
      return;
    position.costs.fees = position.costs.fees.plus(position.size.times(price));
    position.size = ZERO;
  }

  #end(symbol: ReferenceSymbol, position: OpenPosition, reason: ExitReason, price: Decimal): void {
    symbol.position = null;
    const isFlat = this.#symbols.every(other => other.position === null);
    const forgiven = isFlat && this.cash.lt(0) ? this.cash.neg() : ZERO;
    this.cash = this.cash.plus(forgiven);
    this.trades.push(tradeOf(symbol, position, reason, price, forgiven));
  }

  #bookEntry(
    symbol: ReferenceSymbol,
    entry: PendingEntry,
    quantity: Decimal,
    shown: Decimal,
    kind: OrderKind,
  ): void {
    const fill = this.#prices.fill(symbol, entry.side, quantity, shown, kind);
    const isBase = this.#prices.paysBase(symbol);
    const received = isBase ? quantity.minus(quantity.times(this.#prices.feeRate(kind))) : quantity;
    symbol.position ??= newPosition(symbol, entry);
    const { position } = symbol;
    const worth = quantity.times(fill.price).times(-entry.side);
    this.#move(position, isBase ? worth : worth.minus(fill.fee), fill, fill.fee);
    this.turnover = this.turnover.plus(quantity.times(fill.price));
    position.size = position.size.plus(received);
    position.received = position.received.plus(received);
    position.entered = {
      quantity: position.entered.quantity.plus(quantity),
      shown: position.entered.shown.plus(quantity.times(shown)),
      paid: position.entered.paid.plus(quantity.times(fill.price)),
    };
    if (kind === 'limit') position.limitBar = symbol.newestBar;
    placeLevels(this.#policy, symbol, position);
  }

  #move(position: OpenPosition, cash: Decimal, fill: Fill, fee: Decimal): void {
    this.cash = this.cash.plus(cash);
    position.cashFlow = position.cashFlow.plus(cash);
    position.costs.fees = position.costs.fees.plus(fee);
    position.costs.spread = position.costs.spread.plus(fill.spread);
    position.costs.slippage = position.costs.slippage.plus(fill.slippage);
  }

  /** Base that the account can still take at a price; null where there is nothing. */
  #funds(symbol: ReferenceSymbol, price: Decimal, kind: OrderKind): Decimal | null {
    const mark = (other: ReferenceSymbol) => other.openMark();
    const equity = this.equity(mark);
    const byLeverage = equity.times(this.#policy.maxLeverage).minus(this.gross(mark));
    const fee = this.#prices.paysBase(symbol) ? ZERO : this.#prices.feeRate(kind);
    const quote = symbol.market.kind === 'spot' ? least(this.cash.div(fee.plus(1)), byLeverage) : byLeverage;
    if (equity.lte(0) || quote.lte(equity.times(NEAR))) return null;
    return quote.div(price);
  }
}

function drop(symbol: ReferenceSymbol): void {
  symbol.entry = null;
}

/** What is left of the entry that made a position; one that waits until it has left stays. */
function dropEntryOf(symbol: ReferenceSymbol, position: OpenPosition): void {
  if (symbol.entry?.signalBar === position.signalBar) drop(symbol);
}

function newPosition(symbol: ReferenceSymbol, entry: PendingEntry): OpenPosition {
  return {
    side: entry.side,
    signalBar: entry.signalBar,
    entryBar: symbol.newestBar,
    size: ZERO,
    entered: { quantity: ZERO, shown: ZERO, paid: ZERO },
    received: ZERO,
    exited: { quantity: ZERO, paid: ZERO, count: 0 },
    cashFlow: ZERO,
    costs: { fees: ZERO, spread: ZERO, slippage: ZERO, funding: ZERO },
    stop: null,
    trailing: null,
    best: null,
    targets: [],
    leaving: null,
    limitBar: -1,
  };
}
