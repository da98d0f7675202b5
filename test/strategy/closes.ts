import type {
  ClosedSymbol,
  CloseInput,
  EntryInFlight,
  Exposure,
  LiveFacts,
} from '../../contracts/close-decision.ts';
import type { Intent, MarketPrediction, PendingEntryView, PositionView } from '../../contracts/intents.ts';
import { decideClose } from '../../strategy/decide-close.ts';
import { initialMemory } from '../../strategy/risk/memory.ts';
import { BAR_MS, BARRIERS, policyOf } from './bars.ts';

export const CLOSE_TIME = Date.UTC(2024, 0, 3, 12);
export const EQUITY = 10_000;

interface SymbolChanges {
  readonly close?: number;
  readonly volatility?: number;
  readonly prediction?: Partial<MarketPrediction>;
  readonly confirmation?: MarketPrediction | null;
  readonly position?: Partial<PositionView> | null;
  readonly pendingEntry?: PendingEntryView | null;
  readonly facts?: Partial<LiveFacts> | null;
  readonly rules?: ClosedSymbol['bar']['market']['rules'];
  /** Closes before this one, oldest first. */
  readonly closes?: readonly number[];
}

/** A swap at 100 whose LONG is surely predicted, with nothing held. */
export function closedSymbol(symbol: string, changes: SymbolChanges = {}): ClosedSymbol {
  const { close = 100, volatility = 2, position = null, closes = [], facts = null } = changes;
  return {
    bar: {
      market: { symbol, kind: 'swap', labels: BARRIERS, rules: changes.rules ?? null, barMs: BAR_MS },
      bar: 500,
      openTime: CLOSE_TIME - BAR_MS,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1_000,
      volatility,
      recent: (_, bars) => Float64Array.from([...closes, close]).slice(-bars),
    },
    prediction: { direction: 'LONG', confidence: 0.9, ...changes.prediction },
    confirmation: changes.confirmation ?? null,
    position: position && {
      side: 'LONG',
      quantity: 1,
      entryPrice: close,
      entryBar: 490,
      openPnl: 0,
      stop: null,
      leaving: false,
      ...position,
    },
    pendingEntry: changes.pendingEntry ?? null,
    facts: facts && { dataAgeMs: 0, lastTradePrice: close, spreadBps: 1, ...facts },
  };
}

interface CloseChanges {
  readonly policy?: object;
  readonly equity?: number;
  readonly positions?: readonly Exposure[];
  readonly entries?: readonly EntryInFlight[];
  readonly memory?: Partial<CloseInput['memory']>;
  readonly closeTime?: number;
  readonly strategy?: CloseInput['strategy'];
  /** Closes of symbols at the last hours, oldest first. */
  readonly closes?: Readonly<Record<string, readonly number[]>>;
}

/** An account of 10,000 in quote with nothing held, that puts a tenth into each position. */
export function closeInput(symbols: readonly ClosedSymbol[], changes: CloseChanges = {}): CloseInput {
  const { equity = EQUITY, positions = [], entries = [], closeTime = CLOSE_TIME } = changes;
  return {
    closeTime,
    policy: policyOf({ sizing: { kind: 'fraction', fraction: 0.1 }, ...changes.policy }),
    symbols,
    portfolio: {
      cash: equity,
      equity,
      grossExposure: positions.reduce((sum, { notional }) => sum + notional, 0),
      positions,
      entries,
    },
    memory: { ...initialMemory(equity), ...changes.memory },
    recentCloses: (symbol, bars) => {
      const close = (changes.closes?.[symbol] ?? []).slice(-bars);
      return { close, time: close.map((_, at) => closeTime - (close.length - 1 - at) * BAR_MS) };
    },
    strategy: changes.strategy ?? null,
  };
}

/** Symbols that are entered, with their notionals at 100. */
export function entered(input: CloseInput): [string, number][] {
  return decideClose(input).flatMap(({ symbol, intents }) =>
    intents.flatMap(intent =>
      intent.kind === 'enter' ? [[symbol, intent.quantity * 100] as [string, number]] : [],
    ),
  );
}

/** Which rule kept each symbol back. */
export function blocks(input: CloseInput): (string | null)[] {
  return decideClose(input).map(({ blockedBy }) => blockedBy);
}

export function kindsOf(intents: readonly Intent[]): string[] {
  return intents.map(({ kind }) => kind);
}
