import type { CloseInput, PortfolioAtClose } from '../../contracts/close-decision.ts';
import type { PendingEntryView, PositionView } from '../../contracts/intents.ts';
import type { RiskMemory } from '../../contracts/risk.ts';
import type { AccountBook } from '../deciding/account-book.ts';

/** A paper account at a close, as the engine has it, as plain data. */
export interface BookState {
  readonly closeTime: number;
  readonly portfolio: PortfolioAtClose;
  readonly memory: RiskMemory;
  readonly symbols: readonly {
    readonly symbol: string;
    readonly position: PositionView | null;
    readonly pendingEntry: PendingEntryView | null;
  }[];
}

/** Of an engine whose bars have just been matched. */
export function bookState({ closeTime, portfolio, memory, symbols }: CloseInput): BookState {
  return {
    closeTime,
    portfolio,
    memory,
    symbols: symbols.map(({ bar, position, pendingEntry }) => ({
      symbol: bar.market.symbol,
      position,
      pendingEntry,
    })),
  };
}

/** The engine's own numbers: the same that a backtest decides by. */
export function paperBook({ portfolio, memory, symbols }: BookState): AccountBook {
  const known = new Map(symbols.map(each => [each.symbol, each]));
  return {
    portfolio,
    memory,
    position: symbol => known.get(symbol)?.position ?? null,
    pendingEntry: symbol => known.get(symbol)?.pendingEntry ?? null,
  };
}
