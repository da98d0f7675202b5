import type { Ledger } from '../ledger/ledger.ts';
import { symbolsWithNews } from './settle.ts';

/** A symbol’s late fills are asked for so often: their question is the dearest, and they are rare. */
const EVERY_MS = 10_000;
/** Symbols that are asked for at once: a close’s questions wait behind them. */
const AT_ONCE = 4;

/** Which symbols’ late fills are to be asked for now, for any number of accounts. */
export type LateLook = (account: string, now: number) => readonly string[];

/** Some at a time, those first that were asked for longest ago; what is returned counts as asked. */
export function createLateLook(ledger: Pick<Ledger, 'changedOrders'>): LateLook {
  const askedAt = new Map<string, ReadonlyMap<string, number>>();
  return (account, now) => {
    const before = askedAt.get(account);
    const times = new Map(
      symbolsWithNews(ledger, account, now).map(symbol => [symbol, before?.get(symbol) ?? 0]),
    );
    const due = [...times.keys()]
      .filter(symbol => now >= times.get(symbol)! + EVERY_MS)
      .sort((a, b) => times.get(a)! - times.get(b)!)
      .slice(0, AT_ONCE);
    for (const symbol of due) times.set(symbol, now);
    askedAt.set(account, times);
    return due;
  };
}
