import { type Random, seededRandom } from '../../statistics/random.ts';
import type { ScriptedFault } from './faults.ts';

type PendingFault = { -readonly [Key in keyof ScriptedFault]: ScriptedFault[Key] };

/** The faults to come, in their order. */
export class FaultPlan {
  readonly #pending: PendingFault[] = [];
  readonly #random: Random;

  /** @param seed decides which requests suffer faults that have a probability */
  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  add(...faults: readonly ScriptedFault[]): void {
    this.#pending.push(...faults.map(fault => ({ ...fault })));
  }

  clear(): void {
    this.#pending.length = 0;
  }

  /** The fault that a request suffers, counted down. */
  next(method: string, path: string): ScriptedFault | null {
    for (const entry of this.#pending) {
      if (!path.endsWith(entry.path) || (entry.method ?? method) !== method) continue;
      const { times = entry.probability === undefined ? 1 : Infinity, after = 0 } = entry;
      if (times <= 0) continue;
      if (after > 0) {
        entry.after = after - 1;
        return null;
      }
      if (entry.probability !== undefined && this.#random() >= entry.probability * 2 ** 32) continue;
      entry.times = times - 1;
      return { ...entry };
    }
    return null;
  }
}
