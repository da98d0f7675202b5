import { AlphaloomError } from '../../contracts/errors.ts';
import type { OrderReference, SubmitOutcome, SubmittedOrder, Venue } from '../../trading/venue.ts';
import type { Teller } from './told-venue.ts';

/** Once may be a slip of the venue's; so many times in a row, the symbol is not traded there. */
const REFUSALS = 3;

/**
 * A venue that trades a symbol no more: it halted it (orders are refused), or delisted it (nobody can ask about it). The symbol is
 * paused with the reason, and it is told; exits go on being tried.
 */
export function withClosedSymbols(venue: Venue, teller: Teller): Venue {
  const { account, log } = teller;
  const halted = inARow();
  const delisted = inARow();
  const told = new Set<string>();
  const refused = (counts: Counts, symbol: string, reason: string) => {
    if (counts.add(symbol) % REFUSALS !== 0) return;
    const isNews = !told.has(symbol);
    told.add(symbol);
    pauseAndTell(teller, symbol, reason, isNews).catch((error: unknown) => {
      log.error(
        { account, symbol, error: error instanceof Error ? error.message : String(error) },
        'could not be told',
      );
    });
  };
  const heard = (property: string | symbol, symbol: string, answer: unknown) => {
    // Markets are remembered: a known one says nothing of now.
    if (property !== 'market') delisted.clear(symbol);
    if (property !== 'submit') return;
    const { kind, code } = answer as Partial<Extract<SubmitOutcome, { kind: 'rejected' }>>;
    if (kind === 'rejected' && code === 'symbol-closed')
      refused(halted, symbol, haltOf(venue, account, symbol));
    else halted.clear(symbol);
  };
  return new Proxy(venue, {
    get(of, property) {
      const value = Reflect.get(of, property, of) as unknown;
      if (typeof value !== 'function' || !OF_A_SYMBOL.has(property)) return value;
      return async (...given: [string | OrderReference | SubmittedOrder, ...unknown[]]) => {
        const symbol = typeof given[0] === 'string' ? given[0] : given[0].symbol;
        try {
          const answer: unknown = await value.apply(of, given);
          heard(property, symbol, answer);
          return answer;
        } catch (error) {
          if (error instanceof AlphaloomError && error.code === 'SYMBOL_UNKNOWN')
            refused(delisted, symbol, error.message);
          throw error;
        }
      };
    },
  });
}

async function pauseAndTell(
  { ledger, account, now }: Teller,
  symbol: string,
  reason: string,
  isNews: boolean,
): Promise<void> {
  const at = now();
  const { state, pausedSymbols } = ledger.account(account);
  const isPaused = pausedSymbols.some(paused => paused.symbol === symbol);
  if (isNews || !isPaused) {
    await ledger.notify({
      event: 'symbol-closed',
      key: `symbol-closed/${account}/${symbol}`,
      subject: `${account} ${symbol}`,
      at,
      facts: { account, symbol, reason },
    });
  }
  if (isPaused || state === 'stopped') return;
  const operation = { message: 'pause', account, operationId: `closed/${account}/${symbol}/${at}` } as const;
  await ledger.applyMessage(
    { ...operation, actor: 'trading', reason, payload: { symbols: [symbol] } },
    { now: at, policy: null },
  );
}

function haltOf({ card }: Venue, account: string, symbol: string): string {
  return `${card.name} does not trade ${symbol}: it is halted or delisted there. Once it trades again: trade resume ${account} --symbols ${symbol}.`;
}

interface Counts {
  /** @returns how often by now */
  add(symbol: string): number;
  clear(symbol: string): void;
}

function inARow(): Counts {
  const counts = new Map<string, number>();
  return {
    add(symbol) {
      const count = (counts.get(symbol) ?? 0) + 1;
      counts.set(symbol, count);
      return count;
    },
    clear: symbol => void counts.delete(symbol),
  };
}

/** What is asked about one symbol. */
const OF_A_SYMBOL: ReadonlySet<string | symbol> = new Set<keyof Venue>([
  'market',
  'submit',
  'lookUp',
  'cancel',
  'openOrders',
  'recentOrders',
  'fills',
  'quote',
]);
