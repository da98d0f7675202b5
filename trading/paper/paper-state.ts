import type { TradedSymbol } from '../../contracts/trading.ts';
import type { SimulationState } from '../../strategy/simulation-state.ts';
import type { BookState } from './paper-book.ts';
import type { RestingOrders } from './paper-orders.ts';

/**
 * What a paper account goes on from, as plain data: the engine after a close, with what was ordered then. Bars that closed
 * later are played again from here; without orders in between they always come to the same.
 */
export interface PaperState {
  readonly symbols: readonly TradedSymbol[];
  readonly simulation: SimulationState;
  /** Bars up to this close are played; null: none yet. */
  readonly throughTime: number | null;
  /** Bars played, and orders that rest, by symbol. */
  readonly bars: Readonly<Record<string, number>>;
  readonly orders: Readonly<Record<string, RestingOrders>>;
  /** The account at that close, before anything was decided. */
  readonly book: BookState | null;
}

/** Symbols that an account trades, and those that it still holds or orders something of. */
export function symbolsOf(wanted: readonly TradedSymbol[], state: PaperState | null): TradedSymbol[] {
  if (state === null) return [...wanted];
  const known = new Set(wanted.map(({ symbol }) => symbol));
  const left = state.symbols.filter(({ symbol }, at) => {
    const { position, order } = state.simulation.symbols[at];
    return !known.has(symbol) && (position.side !== 0 || order.side !== 0);
  });
  return [...wanted, ...left];
}

/** The engine's state for another list of symbols; those that are new have done nothing yet. */
export function stateFor(
  symbols: readonly TradedSymbol[],
  state: PaperState,
  fresh: SimulationState,
): SimulationState {
  const at = new Map(state.symbols.map(({ symbol }, index) => [symbol, index]));
  return {
    ...state.simulation,
    symbols: symbols.map(({ symbol }, index) => {
      const known = at.get(symbol);
      return known === undefined ? fresh.symbols[index] : state.simulation.symbols[known];
    }),
    ...(fresh.risk && { risk: state.simulation.risk ?? fresh.risk }),
  };
}
