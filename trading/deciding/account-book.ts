import { Decimal } from 'decimal.js';
import type { EntryInFlight, PortfolioAtClose } from '../../contracts/close-decision.ts';
import type { PendingEntryView, PositionView } from '../../contracts/intents.ts';
import type { RiskMemory } from '../../contracts/risk.ts';
import type { LedgerOrder, LedgerPosition, LedgerView } from '../ledger/records.ts';

/** An account at a close as decisions see it. */
export interface AccountBook {
  readonly portfolio: PortfolioAtClose;
  readonly memory: RiskMemory;
  position(symbol: string): PositionView | null;
  pendingEntry(symbol: string): PendingEntryView | null;
}

/** What the ledger knows that a book is made of. */
export interface LedgerAtClose {
  readonly view: LedgerView;
  readonly memory: RiskMemory;
  /** Last close of each symbol that is held or ordered, in quote. */
  readonly lastCloses: ReadonlyMap<string, number>;
  /** Stop of a position as it stands now, in quote; null: none. */
  stop(position: LedgerPosition): number | null;
}

/** The book of an account at a venue: its own fills, marked at the last closes. */
export function ledgerBook({ view, memory, lastCloses, stop }: LedgerAtClose): AccountBook {
  const closeOf = (symbol: string, otherwise: string) => lastCloses.get(symbol) ?? Number(otherwise);
  const cash = Number(view.cash);
  const held = view.positions.map(position => {
    const quantity = Number(position.quantity);
    const close = closeOf(position.symbol, position.entryPrice);
    return { position, quantity, close, notional: Math.abs(quantity) * close };
  });
  const entries = view.openOrders.filter(isEntry);
  return {
    memory,
    portfolio: {
      cash,
      equity: held.reduce((sum, { quantity, close }) => sum + quantity * close, cash),
      grossExposure: held.reduce((sum, { notional }) => sum + notional, 0),
      positions: held.map(({ position, quantity, notional }) => ({
        symbol: position.symbol,
        side: quantity > 0 ? 'LONG' : 'SHORT',
        notional,
      })),
      entries: entries.map(inFlight),
    },
    position(symbol) {
      const found = held.find(({ position }) => position.symbol === symbol);
      if (found === undefined) return null;
      const { position, quantity, close } = found;
      const entryPrice = Number(position.entryPrice);
      return {
        side: quantity > 0 ? 'LONG' : 'SHORT',
        quantity: Math.abs(quantity),
        entryPrice,
        entryBar: 0,
        openPnl: quantity * (close - entryPrice),
        stop: stop(position),
        leaving: view.openOrders.some(order => order.symbol === symbol && LEAVING.has(order.leg)),
      };
    },
    pendingEntry(symbol) {
      const order = entries.find(entry => entry.symbol === symbol);
      return order === undefined ? null : pendingEntryOf(order);
    },
  };
}

const LEAVING: ReadonlySet<LedgerOrder['leg']> = new Set(['exit', 'flatten']);

function isEntry({ leg }: LedgerOrder): boolean {
  return leg === 'entry';
}

function inFlight(order: LedgerOrder): EntryInFlight {
  return {
    symbol: order.symbol,
    side: sideOf(order),
    notional: Number(order.worstCaseNotional ?? new Decimal(order.quantity).times(order.decisionPrice)),
    isUnknown: order.status === 'unknown' || order.status === 'sending',
  };
}

function pendingEntryOf(order: LedgerOrder): PendingEntryView {
  return {
    side: sideOf(order),
    quantity: new Decimal(order.quantity).minus(order.filled).toNumber(),
    limitPrice: order.price === null ? null : Number(order.price),
  };
}

function sideOf({ side }: LedgerOrder): 'LONG' | 'SHORT' {
  return side === 'buy' ? 'LONG' : 'SHORT';
}
