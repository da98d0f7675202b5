/** Whose turn it is, of the symbols of any number of accounts. */
export interface Rota {
  /** At most `atOnce` of those that want a turn, first whose last one is longest ago; they count as having it now. */
  next(account: string, wanting: readonly string[], atOnce: number, now: number): readonly string[];
  /** One whose turn came to nothing may have another before its time, after those that wait longer. */
  giveBack(account: string, symbol: string): void;
}

const NEVER = 0;

/** @param everyMs shortest time between two turns of a symbol */
export function createRota(everyMs: number): Rota {
  const turns = new Map<string, Map<string, number>>();
  return {
    next(account, wanting, atOnce, now) {
      const before = turns.get(account);
      const times = new Map(wanting.map(symbol => [symbol, before?.get(symbol) ?? NEVER]));
      turns.set(account, times);
      // A turn that is yet to come is of a clock that was set back: it must not hold the symbol up.
      const isDue = (time: number) => now >= time + everyMs || time > now;
      const due = [...times.keys()]
        .filter(symbol => isDue(times.get(symbol)!))
        .sort((a, b) => times.get(a)! - times.get(b)!)
        .slice(0, atOnce);
      for (const symbol of due) times.set(symbol, now);
      return due;
    },
    giveBack(account, symbol) {
      const times = turns.get(account);
      const time = times?.get(symbol);
      if (time !== undefined) times!.set(symbol, time - everyMs);
    },
  };
}
