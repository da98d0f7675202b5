import type { RiskMemory } from '../../contracts/risk.ts';
import { TIMEFRAME_MS } from '../../contracts/series.ts';
import { initialMemory, rememberEntry, rememberExit, resumeMemory } from '../../strategy/risk/memory.ts';
import type { AccountRecord, LedgerView } from '../ledger/records.ts';

/**
 * What the limits remember at a close: as the last one left it, with the positions that have begun and ended since. Times
 * are those of bars, so that a backtest remembers the same.
 */
export function rememberView({ record, opened, ended }: LedgerView): RiskMemory {
  let memory = (record.riskMemory as RiskMemory | null) ?? initialMemory(Number(record.capital));
  if (isResumed(record)) memory = resumeMemory(memory);
  for (const { symbol, timeframe, signalBarTime } of opened)
    memory = rememberEntry(memory, symbol, signalBarTime + TIMEFRAME_MS[timeframe]);
  for (const { symbol, timeframe, closedTime } of ended)
    memory = rememberExit(memory, symbol, closeAfter(closedTime!, TIMEFRAME_MS[timeframe]));
  return memory;
}

/** Whether a halt that was committed has been acknowledged since. */
export function isResumed({ riskMemory, state }: AccountRecord): boolean {
  return state === 'running' && ((riskMemory as RiskMemory | null)?.halted ?? null) !== null;
}

/** Close of the bar in which that moment lies; a bar's last moment is its close. */
function closeAfter(time: number, barMs: number): number {
  return Math.ceil(time / barMs) * barMs;
}
