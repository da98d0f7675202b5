import type { RiskMemory, SymbolMemory } from '../../contracts/risk.ts';
import type { RiskLimits } from '../../contracts/risk-policy.ts';

export const DAY_MS = 86_400_000;

/** What doubles may lose of a share that is equal. */
const NEAR = 1e-9;

/** Of an account that has done nothing yet. @param equity in quote */
export function initialMemory(equity: number): RiskMemory {
  return {
    markedTime: null,
    equity,
    peakEquity: equity,
    dayEquity: equity,
    halted: null,
    symbols: {},
  };
}

const NO_MEMORY: SymbolMemory = { entryTime: null, entriesOfDay: 0, exitTime: null };

export function memoryOf({ symbols }: RiskMemory, symbol: string): SymbolMemory {
  return symbols[symbol] ?? NO_MEMORY;
}

/**
 * Takes note of the equity at a close; a second time at the same close nothing is left to note. A day begins with the equity
 * at its first moment where bars closed then, else with that of the close before.
 */
export function markMemory(
  memory: RiskMemory,
  limits: RiskLimits | undefined,
  closeTime: number,
  equity: number,
): RiskMemory {
  const { markedTime } = memory;
  if (markedTime === closeTime) return memory;
  const isNewDay = markedTime !== null && dayOf(markedTime) < dayOf(closeTime);
  const dayEquity = isNewDay ? (closeTime % DAY_MS === 0 ? equity : memory.equity) : memory.dayEquity;
  const peakEquity = Math.max(memory.peakEquity, equity);
  const marked = { ...memory, markedTime: closeTime, equity, peakEquity, dayEquity };
  if (memory.halted !== null || limits?.maxDrawdown === undefined) return marked;
  return lossSince(peakEquity, equity) >= limits.maxDrawdown - NEAR
    ? { ...marked, halted: 'drawdown' }
    : marked;
}

/** An entry filled for the first time. @param decidedTime close time of the bar that decided it */
export function rememberEntry(memory: RiskMemory, symbol: string, decidedTime: number): RiskMemory {
  const { entryTime, entriesOfDay, exitTime } = memoryOf(memory, symbol);
  const isSameDay = entryTime !== null && dayOf(entryTime) === dayOf(decidedTime);
  return withSymbol(memory, symbol, {
    entryTime: decidedTime,
    entriesOfDay: isSameDay ? entriesOfDay + 1 : 1,
    exitTime,
  });
}

/** A position ended. @param closeTime of the bar in which it did */
export function rememberExit(memory: RiskMemory, symbol: string, closeTime: number): RiskMemory {
  return withSymbol(memory, symbol, { ...memoryOf(memory, symbol), exitTime: closeTime });
}

/** Once a halt is acknowledged: drawdown counts anew from here. */
export function resumeMemory(memory: RiskMemory): RiskMemory {
  return { ...memory, halted: null, peakEquity: memory.equity };
}

/** Of a close: the number of its UTC day since the epoch. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** As a share of what it was; negative where it grew. */
export function lossSince(before: number, now: number): number {
  return 1 - now / before;
}

function withSymbol(memory: RiskMemory, symbol: string, known: SymbolMemory): RiskMemory {
  return { ...memory, symbols: { ...memory.symbols, [symbol]: known } };
}
