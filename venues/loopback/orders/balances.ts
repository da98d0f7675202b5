import { type Amount, ZERO } from './amount.ts';

export interface Balance {
  readonly free: Amount;
  readonly locked: Amount;
}

/** An account's coins: what is free, and what open orders hold. */
export class Balances {
  readonly #balances = new Map<string, { free: Amount; locked: Amount }>();

  of(asset: string): Balance {
    return this.#balances.get(asset) ?? { free: ZERO, locked: ZERO };
  }

  entries(): (readonly [asset: string, balance: Balance])[] {
    return [...this.#balances].sort(([a], [b]) => a.localeCompare(b));
  }

  /** Adds to what is free (takes from it, if negative). */
  add(asset: string, amount: Amount): void {
    const balance = this.#entry(asset);
    balance.free = balance.free.plus(amount);
  }

  /** Moves from free to locked (back, if negative). */
  lock(asset: string, amount: Amount): void {
    const balance = this.#entry(asset);
    balance.free = balance.free.minus(amount);
    balance.locked = balance.locked.plus(amount);
  }

  #entry(asset: string) {
    const balance = this.#balances.get(asset) ?? { free: ZERO, locked: ZERO };
    this.#balances.set(asset, balance);
    return balance;
  }
}
