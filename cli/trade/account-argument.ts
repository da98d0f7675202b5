import { AlphaloomError } from '../../contracts/errors.ts';
import type { AccountState } from '../../contracts/trading.ts';

interface KnownAccount {
  readonly account: string;
  readonly state: AccountState;
}

/**
 * The account that is meant: the one that is named, else the only one that is not stopped, else the only one there is.
 * @throws AlphaloomError ACCOUNT_UNKNOWN, USAGE naming those that could be meant
 */
export function chosenAccount(accounts: readonly KnownAccount[], named: string | undefined): string {
  if (named !== undefined) {
    if (accounts.some(({ account }) => account === named)) return named;
    throw new AlphaloomError(
      'ACCOUNT_UNKNOWN',
      `No account "${named}" has traded yet. ${known(accounts)} An account of alphaloom.yaml, or paper, is started by trade start NAME --symbols BTCUSDT --timeframe 15m.`,
      { account: named },
    );
  }
  const active = accounts.filter(({ state }) => state !== 'stopped');
  const [only, ...others] = active.length > 0 ? active : accounts;
  if (only !== undefined && others.length === 0) return only.account;
  throw new AlphaloomError(
    'USAGE',
    only === undefined
      ? 'No account has traded yet. Start one: trade start paper --symbols BTCUSDT --timeframe 15m.'
      : `Which ${active.length > 0 ? 'of those that are not stopped' : 'account'}? ${known(accounts)} Name it.`,
    { accounts: accounts.map(({ account }) => account) },
  );
}

function known(accounts: readonly KnownAccount[]): string {
  if (accounts.length === 0) return 'None has.';
  return `There are: ${accounts.map(({ account, state }) => `${account} (${state})`).join(', ')}.`;
}
