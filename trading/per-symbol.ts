import { AlphaloomError } from '../contracts/errors.ts';
import type { SymbolResult } from '../contracts/trading.ts';
import { sooner, type TimedDesk } from './desk.ts';
import { inTime, LATE, late } from './in-time.ts';

/** Symbols that are worked on at once. */
const AT_ONCE = 40;

/**
 * Works on symbols side by side, each alone at its own; one that fails stops no other, and one whose turn does not come in the
 * desk’s time is late.
 * @param closingMs longest wait for the turn of a symbol that a flatten has to itself; absent: the desk’s time
 * @throws AlphaloomError LEASE_LOST, and what is a fault of ours, once all have ended
 */
export async function perSymbol<Value>(
  desk: TimedDesk,
  symbols: readonly string[],
  work: (symbol: string) => Promise<Value>,
  closingMs = Number.POSITIVE_INFINITY,
): Promise<readonly SymbolResult<Value>[]> {
  const { flattening } = desk.ledger.account(desk.account);
  const results: SymbolResult<Value>[] = new Array(symbols.length);
  const faults: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < symbols.length; at = next++) {
      const symbol = symbols[at];
      const patient = flattening.includes(symbol) ? sooner(desk, desk.now() + closingMs) : desk;
      try {
        results[at] = { symbol, ok: true, value: await inTurn(patient, symbol, () => work(symbol)) };
      } catch (error) {
        if (isOfOneSymbol(error))
          results[at] = { symbol, ok: false, error: { code: error.code, message: error.message } };
        else faults.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, symbols.length) }, worker));
  if (faults.length > 0) throw faults[0];
  return results;
}

/** What looks after an order of unknown outcome may take a symbol for seconds; a close does not wait for it. */
async function inTurn<Value>(desk: TimedDesk, symbol: string, work: () => Promise<Value>): Promise<Value> {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let isLate = false;
  const turn = desk.symbols.alone(symbol, () => {
    if (isLate) throw late(desk);
    begin();
    return work();
  });
  if ((await inTime(desk, begun)) !== LATE) return await turn;
  isLate = true;
  turn.catch(() => {});
  throw late(desk);
}

function isOfOneSymbol(error: unknown): error is AlphaloomError {
  return error instanceof AlphaloomError && error.code !== 'LEASE_LOST';
}

export function symbolsOf(items: readonly { readonly symbol: string }[]): readonly string[] {
  return [...new Set(items.map(({ symbol }) => symbol))];
}
