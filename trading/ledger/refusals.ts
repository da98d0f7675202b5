import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import { stillOpen } from './flattening.ts';
import type { AccountRecord } from './records.ts';

/** @throws AlphaloomError ACCOUNT_STATE in one of the states, with the mend */
export function refuseWhere(
  { account, state }: AccountRecord,
  states: readonly AccountRecord['state'][],
  mend: string,
): void {
  if (!states.includes(state)) return;
  throw new AlphaloomError('ACCOUNT_STATE', `The account ${account} is ${state}. ${mend}.`, {
    account,
    state,
  });
}

/** @throws AlphaloomError ACCOUNT_STATE where a symbol is being closed */
export function refuseFlattening({ account, flattening }: AccountRecord, symbols: readonly string[]): void {
  const busy = symbols.filter(symbol => flattening.includes(symbol));
  if (busy.length === 0) return;
  throw new AlphaloomError(
    'ACCOUNT_STATE',
    `${busy.join(', ')} of the account ${account} is being flattened. Wait until it is flat.`,
    { account, symbols: busy },
  );
}

/**
 * Symbols must be the account's, by its settings or because something is open in them.
 * @throws AlphaloomError SYMBOL_NOT_TRADED
 */
export function checkTraded(sql: DatabaseSync, record: AccountRecord, symbols: readonly string[]): void {
  const open = stillOpen(sql, record.account, null);
  const known = new Set([...record.symbols.map(({ symbol }) => symbol), ...open]);
  const unknown = symbols.filter(symbol => !known.has(symbol));
  if (unknown.length === 0) return;
  throw new AlphaloomError(
    'SYMBOL_NOT_TRADED',
    `The account ${record.account} does not trade ${unknown.join(', ')}. It trades ${[...known].join(', ')}.`,
    { account: record.account, unknown, traded: [...known] },
  );
}
