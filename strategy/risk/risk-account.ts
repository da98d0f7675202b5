import type { BlockedEntries } from '../../contracts/backtest.ts';
import type { Fill } from '../../contracts/fill.ts';
import type { RiskMemory, RuleName } from '../../contracts/risk.ts';
import type { RiskLimits } from '../../contracts/risk-policy.ts';
import { initialMemory, markMemory, rememberEntry, rememberExit } from './memory.ts';

/** As plain data. */
export interface RiskState {
  readonly memory: RiskMemory;
  readonly blocked: BlockedEntries;
  readonly decided: readonly RuleName[];
}

/** What the limits of a simulated account remember, and what they kept back. */
export class RiskAccount {
  memory: RiskMemory;
  readonly #limits: RiskLimits | undefined;
  #blocked: Partial<Record<RuleName, number>> = {};
  /** Those of them that the last close decided: at a range's end they are not counted. */
  #decided: RuleName[] = [];

  constructor(limits: RiskLimits | undefined, initialCash: number) {
    this.#limits = limits;
    this.memory = initialMemory(initialCash);
  }

  beginClose(): void {
    this.#decided = [];
  }

  /** @param barMs of the fill's symbol */
  fill({ symbol, opens, signalTime, time, positionRemaining, reason }: Fill, barMs: number): void {
    if (opens) this.memory = rememberEntry(this.memory, symbol, signalTime + barMs);
    if (reason !== 'entry' && positionRemaining === 0)
      this.memory = rememberExit(this.memory, symbol, time + barMs);
  }

  mark(closeTime: number, equity: number): void {
    this.memory = markMemory(this.memory, this.#limits, closeTime, equity);
  }

  block(rule: RuleName): void {
    this.#blocked[rule] = (this.#blocked[rule] ?? 0) + 1;
    this.#decided.push(rule);
  }

  /** At the last played time nothing is decided. */
  forgetLastDecision(): void {
    for (const rule of this.#decided) {
      const left = this.#blocked[rule]! - 1;
      if (left > 0) this.#blocked[rule] = left;
      else delete this.#blocked[rule];
    }
    this.#decided = [];
  }

  blocked(): BlockedEntries {
    return { ...this.#blocked };
  }

  state(): RiskState {
    return { memory: this.memory, blocked: this.blocked(), decided: [...this.#decided] };
  }

  restore({ memory, blocked, decided }: RiskState): void {
    this.memory = memory;
    this.#blocked = { ...blocked };
    this.#decided = [...decided];
  }
}
