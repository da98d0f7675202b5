import type { AccountState } from '../../contracts/trading.ts';
import { exists } from '../../storage/files.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { AccountRecord } from '../../trading/ledger/records.ts';
import type { Home } from '../paths.ts';
import { sendsOrders } from './live-word.ts';
import { openLedger } from './open-ledger.ts';

/** An account that somebody has to look after. */
export interface HeldAccount {
  readonly account: string;
  readonly state: AccountState;
  readonly mode: AccountRecord['mode'];
  /** Symbols in which a position is open or an order may stand at the venue. */
  readonly symbols: readonly string[];
}

/** Accounts that are not stopped and hold something; without a ledger there is none. */
export async function readHeldPositions(home: Home, now: () => number): Promise<HeldAccount[]> {
  if (!(await exists(home.ledgerDatabase))) return [];
  const ledger = await openLedger(home, now);
  try {
    return heldPositions(ledger);
  } finally {
    ledger.close();
  }
}

export function heldPositions(ledger: Pick<Ledger, 'accounts' | 'positions' | 'openOrders'>): HeldAccount[] {
  return ledger.accounts().flatMap(({ account, state, mode }) => {
    if (state === 'stopped') return [];
    const sent = ledger.openOrders(account).filter(({ status }) => status !== 'planned');
    const symbols = [...new Set([...ledger.positions(account), ...sent].map(({ symbol }) => symbol))];
    return symbols.length === 0 ? [] : [{ account, state, mode, symbols }];
  });
}

/** Accounts that go on with workers of this environment, and for which these may send nothing. */
export function unkeptWarnings(held: readonly HeldAccount[], environment: NodeJS.ProcessEnv): string[] {
  if (sendsOrders(environment)) return [];
  return held
    .filter(({ mode }) => mode === 'live')
    .map(
      ({ account, symbols }) =>
        `Nobody keeps ${symbols.join(', ')} of ${account}: ALPHALOOM_LIVE is not "yes" here, so these workers send no real orders, exits neither. Stops that rest at the venue stay. Set it, then down --leave-positions and up; or close all: trade flatten ${account} --direct.`,
    );
}
