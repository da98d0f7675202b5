/** Whose turn it is now, of those that want one; for any number of accounts. */
export type Rota = (account: string, symbols: readonly string[], now: number) => readonly string[];

/**
 * Some at a time, those first whose turn was longest ago: what is asked for all symbols in one burst holds up a close’s questions
 * and uses up a venue’s limit. What is returned counts as having had its turn.
 * @param everyMs shortest time between two turns of a symbol
 */
export function createRota({ atOnce, everyMs }: { atOnce: number; everyMs: number }): Rota {
  const turns = new Map<string, ReadonlyMap<string, number>>();
  return (account, symbols, now) => {
    const before = turns.get(account);
    const times = new Map(symbols.map(symbol => [symbol, before?.get(symbol) ?? 0]));
    const due = [...times.keys()]
      .filter(symbol => now >= times.get(symbol)! + everyMs)
      .sort((a, b) => times.get(a)! - times.get(b)!)
      .slice(0, atOnce);
    for (const symbol of due) times.set(symbol, now);
    turns.set(account, times);
    return due;
  };
}
