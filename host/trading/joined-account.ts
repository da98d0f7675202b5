import { AlphaloomError } from '../../contracts/errors.ts';
import type { TradedSymbol } from '../../contracts/trading.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { StartAccountRequest } from './start-account.ts';

export type Wanted = Pick<StartAccountRequest, 'symbols' | 'policy' | 'iterations' | 'replay'>;
type Running = Pick<AccountRecord, 'account' | 'symbols' | 'policy' | 'clock' | 'iterations'>;

/**
 * An account that runs is not started anew: what it is to trade instead is set.
 * @param policyName of the policy that is wanted, which may be named by its file
 * @throws AlphaloomError ACCOUNT_STATE where something else is wanted than it trades
 */
export function requireSame(running: Running, wanted: Wanted, policyName?: string): void {
  const { account, symbols, policy, clock, iterations } = running;
  const differing = [
    wanted.symbols !== null && named(wanted.symbols) !== named(symbols) && named(wanted.symbols),
    policyName !== undefined && policyName !== policy.name && `policy ${policyName}`,
  ].filter(text => text !== false);
  const isReplayed =
    wanted.replay === null ||
    (clock.kind === 'replay' &&
      clock.fromTime === wanted.replay.fromTime &&
      clock.toTime === wanted.replay.toTime);
  const isAnew = !isReplayed || (wanted.iterations !== null && wanted.iterations !== iterations);
  if (differing.length === 0 && !isAnew) return;
  const mend = isAnew
    ? `Bars to be played and --iterations are said at a start alone: trade stop ${account} first`
    : `Change it: trade set ${account}${wanted.symbols ? ` --symbols ${named(wanted.symbols)}` : ''}${wanted.policy ? ` --policy ${wanted.policy}` : ''}`;
  throw new AlphaloomError(
    'ACCOUNT_STATE',
    `The account ${account} runs already, with ${named(symbols)} and policy ${policy.name}. ${mend}.`,
    { account, differing },
  );
}

/** What is to be said of an account that was to be started and runs. */
export function describeJoined({
  account,
  state,
  stateReason,
}: Pick<AccountRecord, 'account' | 'state' | 'stateReason'>): string {
  const why = `${account} runs already and is ${state}: ${stateReason}.`;
  if (state === 'halted') return `${why} Once that is understood: trade resume ${account} --acknowledge`;
  if (state === 'paused') return `${why} Go on: trade resume ${account}`;
  if (state === 'flattening') return `${why} What it waits for: trade status ${account}`;
  return `${account} trades already (trade/${account}). Look: trade status ${account}`;
}

function named(symbols: readonly TradedSymbol[]): string {
  return symbols
    .map(({ symbol, timeframe }) => `${symbol}/${timeframe}`)
    .toSorted()
    .join(',');
}
