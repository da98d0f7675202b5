/** Lets work on one symbol take turns: two at once would each see half of what the other does. */
export class SymbolLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs the work when all earlier work on the symbol has ended, however it ended. */
  async alone<Result>(symbol: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(symbol) ?? Promise.resolve();
    const mine = before.then(work);
    const tail = mine.then(
      () => {},
      () => {},
    );
    this.#tails.set(symbol, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(symbol) === tail) this.#tails.delete(symbol);
    }
  }
}
