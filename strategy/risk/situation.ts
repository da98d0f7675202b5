import type { ClosedSymbol, CloseInput, EntryInFlight, Exposure } from '../../contracts/close-decision.ts';
import type { EnterIntent } from '../../contracts/intents.ts';
import type { RiskMemory } from '../../contracts/risk.ts';
import type { RiskLimits } from '../../contracts/risk-policy.ts';

const NO_LIMITS: RiskLimits = {};

/** An entry that is wished for. */
export interface Candidate {
  readonly closed: ClosedSymbol;
  readonly symbol: string;
  readonly entry: EnterIntent;
  /** At which it is counted: its limit, or the close. In quote. */
  readonly price: number;
  /** Whether the symbol's position is on its way out. */
  readonly isLeaving: boolean;
}

/** The account at a close while entries are taken one after the other: exposures in quote, signed by the side. */
export class Situation {
  readonly policy: CloseInput['policy'];
  readonly limits: RiskLimits;
  readonly closeTime: number;
  readonly equity: number;
  readonly memory: RiskMemory;
  readonly recentCloses: CloseInput['recentCloses'];
  readonly #positions: Map<string, Exposure>;
  readonly #entries: Map<string, EntryInFlight>;

  /** @param memory marked at this close */
  constructor({ policy, closeTime, portfolio, recentCloses }: CloseInput, memory: RiskMemory) {
    this.policy = policy;
    this.limits = policy.risk ?? NO_LIMITS;
    this.closeTime = closeTime;
    this.equity = portfolio.equity;
    this.memory = memory;
    this.recentCloses = recentCloses;
    this.#positions = new Map(portfolio.positions.map(position => [position.symbol, position]));
    this.#entries = new Map(portfolio.entries.map(entry => [entry.symbol, entry]));
  }

  entryOf(symbol: string): EntryInFlight | null {
    return this.#entries.get(symbol) ?? null;
  }

  positionOf(symbol: string): Exposure | null {
    return this.#positions.get(symbol) ?? null;
  }

  /** Withdraws an entry; one whose outcome is unknown stays. */
  withdraw(symbol: string): void {
    if (this.#entries.get(symbol)?.isUnknown !== true) this.#entries.delete(symbol);
  }

  take({ symbol, entry: { side, quantity }, price }: Candidate): void {
    this.#entries.set(symbol, { symbol, side, notional: quantity * price });
  }

  /** Symbols but this one in which a position is open or being entered, by name: sums hang on no order. */
  othersOf(symbol: string): readonly string[] {
    const busy = new Set([...this.#positions.keys(), ...this.#entries.keys()]);
    busy.delete(symbol);
    return [...busy].sort();
  }

  /**
   * What a symbol may come to hold, signed. Where position and entry have opposite sides the position is on its way out, and
   * the larger of the two counts.
   */
  exposureOf(symbol: string): number {
    const [position, entry] = [signed(this.positionOf(symbol)), signed(this.entryOf(symbol))];
    if (position * entry >= 0) return position + entry;
    return Math.abs(entry) > Math.abs(position) ? entry : position;
  }
}

export function signOf(side: Exposure['side']): 1 | -1 {
  return side === 'LONG' ? 1 : -1;
}

function signed(exposure: Exposure | null): number {
  return exposure === null ? 0 : signOf(exposure.side) * exposure.notional;
}
