import type { Account, AccountState } from './account.ts';
import type { PendingEntry } from './pending-entry.ts';
import type { Position } from './position.ts';
import type { RiskAccount, RiskState } from './risk/risk-account.ts';
import type { LastBar, SymbolBook } from './symbol-book.ts';

/** What a simulation goes on from, as plain data that JSON keeps to the last bit. */
export interface SimulationState {
  readonly account: AccountState;
  readonly symbols: readonly SymbolState[];
  /** Of policies with rules alone. */
  readonly risk?: RiskState;
}

interface SymbolState {
  readonly position: PlainState<Position>;
  readonly order: PlainState<PendingEntry>;
  readonly last: LastBar;
}

type PlainState<State> = {
  readonly [Key in keyof State as State[Key] extends (...of: never[]) => unknown ? never : Key]: State[Key];
};

export function writeState(
  account: Account,
  books: readonly SymbolBook[],
  risk: RiskAccount | null,
): SimulationState {
  return {
    account: account.state(),
    symbols: books.map(book => ({
      position: structuredClone({ ...book.position }),
      order: structuredClone({ ...book.order }),
      last: book.last(),
    })),
    ...(risk && { risk: risk.state() }),
  };
}

export function readState(
  { account: amounts, symbols, risk: limits }: SimulationState,
  account: Account,
  books: readonly SymbolBook[],
  risk: RiskAccount | null,
): void {
  account.restore(amounts);
  for (const [i, { position, order, last }] of symbols.entries()) {
    Object.assign(books[i].position, structuredClone(position));
    Object.assign(books[i].order, structuredClone(order));
    books[i].restore(last);
  }
  if (limits !== undefined) risk?.restore(limits);
}
