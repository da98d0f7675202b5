import { type Candles, sliceCandles } from '../../contracts/candles.ts';
import type { CostSpec } from '../../contracts/costs.ts';
import type { Fill } from '../../contracts/fill.ts';
import type { Intent, MarketFacts } from '../../contracts/intents.ts';
import type { Market } from '../../contracts/market.ts';
import type { Policy } from '../../contracts/policy.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import type { TradedSymbol } from '../../contracts/trading.ts';
import { resumeMemory } from '../../strategy/risk/memory.ts';
import { Simulation } from '../../strategy/simulation.ts';
import { stepsInBase } from '../../strategy/venue-order.ts';
import type { VenueFill, VenueOrder } from '../venue.ts';
import { type BookState, bookState } from './paper-book.ts';
import {
  afterFill,
  ended,
  NO_ORDERS,
  type PaperOrder,
  type RestingOrders,
  venueFill,
} from './paper-orders.ts';
import { type PaperState, stateFor } from './paper-state.ts';

export interface EngineTerms {
  /** In the order in which ties are decided. */
  readonly symbols: readonly TradedSymbol[];
  readonly markets: ReadonlyMap<string, Market>;
  readonly policy: Policy;
  readonly costs: CostSpec;
  /** In quote. */
  readonly capital: number;
}

/** What playing bars has brought, in the order in which it came. */
export interface PlayedNews {
  readonly fills: readonly VenueFill[];
  /** Orders as they are after it; those of them that ended rest no more. */
  readonly orders: readonly VenueOrder[];
  /** Paid (negative) or received between closes, in quote. */
  readonly funding: readonly { readonly time: number; readonly amount: number }[];
}

/** The backtest's engine as a venue has it: bars are matched as they close, orders come from outside, by symbol. */
export class PaperEngine {
  readonly #terms: EngineTerms;
  readonly #simulation: Simulation;
  readonly #orders = new Map<string, RestingOrders>();
  readonly #bars = new Map<string, number>();
  #throughTime: number | null;
  #book: BookState | null;

  /** @param state what to go on from; null: an account that has done nothing yet */
  constructor(terms: EngineTerms, state: PaperState | null) {
    const { symbols, markets, policy, costs, capital } = terms;
    this.#terms = terms;
    this.#simulation = new Simulation(
      {
        markets: symbols.map(symbol => factsOf(symbol, markets.get(symbol.symbol)!)),
        policy,
        costs,
        initialCash: capital,
      },
      null,
    );
    if (state !== null) this.#simulation.restore(stateFor(symbols, state, this.#simulation.state()));
    this.#throughTime = state?.throughTime ?? null;
    this.#book = state?.book ?? null;
    for (const { symbol } of symbols) {
      this.#orders.set(symbol, state?.orders[symbol] ?? NO_ORDERS);
      this.#bars.set(symbol, state?.bars[symbol] ?? 0);
    }
  }

  get symbols(): readonly TradedSymbol[] {
    return this.#terms.symbols;
  }

  get throughTime(): number | null {
    return this.#throughTime;
  }

  /** The account at the last close that was played; null before the first. */
  get book(): BookState | null {
    return this.#book;
  }

  /**
   * Plays bars, close by close.
   * @param bars of each symbol those that follow the ones played before, closed by `closeTime`
   */
  play(bars: ReadonlyMap<string, Candles>, closeTime: number): PlayedNews {
    const news: Collected = { fills: [], orders: new Map(), funding: [] };
    for (const close of closesOf(this.#terms.symbols, bars)) this.#playClose(bars, close, news);
    this.#throughTime = closeTime;
    return { ...news, orders: [...news.orders.values()] };
  }

  /** An entry that rests from now on, or an exit that leaves at the next open. */
  place(symbol: string, placed: PaperOrder, intent: Extract<Intent, { kind: 'enter' | 'exit' }>): void {
    const orders = this.resting(symbol);
    this.#simulation.apply(symbol, [intent]);
    this.#orders.set(symbol, { ...orders, [intent.kind === 'enter' ? 'entry' : 'exit']: placed });
  }

  /** The position leaves whole at its last close, and what rests for it is withdrawn. */
  leave(symbol: string, placed: PaperOrder): PlayedNews {
    const news: Collected = { fills: [], orders: new Map(), funding: [] };
    const { entry } = this.resting(symbol);
    if (entry !== null) tell(news, { ...entry.order, status: 'canceled' });
    this.#orders.set(symbol, { ...this.resting(symbol), entry: null, exit: placed });
    this.#simulation.leave(symbol, fill => this.#take(fill, AFTER_ALL, news));
    this.#endOrders(symbol, false, false, news);
    // Marked at a close, which this came after.
    this.#book = null;
    return { ...news, orders: [...news.orders.values()] };
  }

  /** Withdraws the entry that rests; what it filled stays. @returns it as it ended */
  withdraw(symbol: string): VenueOrder | null {
    const orders = this.resting(symbol);
    if (orders.entry === null) return null;
    this.#simulation.apply(symbol, [{ kind: 'cancel-entry' }]);
    this.#orders.set(symbol, { ...orders, entry: null });
    return { ...orders.entry.order, status: 'canceled' };
  }

  /** A halt was acknowledged: the drawdown counts anew from here. */
  resumeLimits(): void {
    const state = this.#simulation.state();
    if (state.risk === undefined) return;
    const memory = resumeMemory(state.risk.memory);
    this.#simulation.restore({ ...state, risk: { ...state.risk, memory } });
    this.#book = this.#book && { ...this.#book, memory };
  }

  resting(symbol: string): RestingOrders {
    return this.#orders.get(symbol) ?? NO_ORDERS;
  }

  state(): PaperState {
    return {
      symbols: this.#terms.symbols,
      simulation: this.#simulation.state(),
      throughTime: this.#throughTime,
      bars: Object.fromEntries(this.#bars),
      orders: Object.fromEntries(this.#orders),
      book: this.#book,
    };
  }

  #playClose(bars: ReadonlyMap<string, Candles>, close: CloseRows, news: Collected): void {
    const fundingBefore = this.#simulation.totals().costs.funding;
    const fills = new Map<string, number>();
    this.#simulation.match(
      this.#terms.symbols.map(({ symbol }) => {
        const row = close.rows.get(symbol);
        const candles = row === undefined ? NO_BARS : sliceCandles(bars.get(symbol)!, row, row + 1);
        const count = candles.openTime.length;
        return {
          candles,
          signals: {
            direction: new Int8Array(count).fill(-1),
            volatility: new Float64Array(count).fill(Number.NaN),
          },
          funding: null,
          from: 0,
          to: count,
          firstBar: this.#bars.get(symbol)!,
        };
      }),
      fill => {
        const at = fills.get(fill.symbol) ?? 0;
        fills.set(fill.symbol, at + 1);
        this.#take(fill, at, news);
      },
    );
    for (const symbol of close.rows.keys()) this.#bars.set(symbol, this.#bars.get(symbol)! + 1);
    this.#book = bookState(this.#simulation.closeInput());
    for (const { symbol, position, pendingEntry } of this.#book.symbols)
      this.#endOrders(symbol, position !== null, pendingEntry !== null, news);
    const funding = this.#simulation.totals().costs.funding - fundingBefore;
    if (funding !== 0) news.funding.push({ time: close.time, amount: -funding });
  }

  #take(fill: Fill, at: number, news: Collected): void {
    const { symbol } = fill;
    const market = this.#terms.markets.get(symbol)!;
    const { timeframe } = this.#terms.symbols.find(each => each.symbol === symbol)!;
    const before = this.resting(symbol);
    news.fills.push(venueFill(fill, at, before, market, TIMEFRAME_MS[timeframe]));
    const after = afterFill(before, fill, market);
    this.#orders.set(symbol, after);
    for (const resting of [after.entry, after.exit])
      if (resting !== null && resting.filledBase > 0) tell(news, resting.order);
  }

  /** What the engine no longer has has ended. */
  #endOrders(symbol: string, isHeld: boolean, isEntering: boolean, news: Collected): void {
    const { entry, exit, positionOrder } = this.resting(symbol);
    const market = this.#terms.markets.get(symbol)!;
    if (entry !== null && !isEntering) tell(news, ended(entry, market));
    if (exit !== null && !isHeld) tell(news, ended(exit, market));
    this.#orders.set(symbol, {
      entry: isEntering ? entry : null,
      exit: isHeld ? exit : null,
      positionOrder,
    });
  }
}

/** Place of a fill that comes after all of its bar. */
const AFTER_ALL = 1_000;

interface Collected {
  readonly fills: VenueFill[];
  readonly orders: Map<string, VenueOrder>;
  readonly funding: { time: number; amount: number }[];
}

function tell({ orders }: Collected, order: VenueOrder): void {
  orders.set(order.venueOrderId, order);
}

/** Rows of the bars that close at one time. */
interface CloseRows {
  readonly time: number;
  readonly rows: ReadonlyMap<string, number>;
}

/** Closes in their order; bars of different timeframes may share one. */
function closesOf(symbols: readonly TradedSymbol[], bars: ReadonlyMap<string, Candles>): CloseRows[] {
  const closes = new Map<number, Map<string, number>>();
  for (const { symbol, timeframe } of symbols) {
    for (const [row, openTime] of (bars.get(symbol)?.openTime ?? []).entries()) {
      const time = openTime + TIMEFRAME_MS[timeframe];
      const rows = closes.get(time) ?? new Map<string, number>();
      closes.set(time, rows.set(symbol, row));
    }
  }
  return [...closes].sort(([a], [b]) => a - b).map(([time, rows]) => ({ time, rows }));
}

const NONE = new Float64Array(0);
const NO_BARS: Candles = { openTime: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE };

/** Decisions come from outside: what `recipe` means is never asked here. */
const NO_LABELS = { kind: 'triple-barrier', horizonBars: 1, upAtr: 1, downAtr: 1 } as const;

function factsOf({ symbol, timeframe }: TradedSymbol, market: Market): MarketFacts {
  return {
    symbol,
    kind: market.kind,
    labels: NO_LABELS,
    rules: stepsInBase(market),
    barMs: TIMEFRAME_MS[timeframe],
  };
}
