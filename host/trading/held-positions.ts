import type { AccountState } from '../../contracts/trading.ts';
import { exists } from '../../storage/files.ts';
import type { Ledger } from '../../trading/ledger/ledger.ts';
import type { Home } from '../paths.ts';
import { openLedger } from './open-ledger.ts';

/** An account that somebody has to look after. */
export interface HeldAccount {
  readonly account: string;
  readonly state: AccountState;
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
  return ledger.accounts().flatMap(({ account, state }) => {
    if (state === 'stopped') return [];
    const sent = ledger.openOrders(account).filter(({ status }) => status !== 'planned');
    const symbols = [...new Set([...ledger.positions(account), ...sent].map(({ symbol }) => symbol))];
    return symbols.length === 0 ? [] : [{ account, state, symbols }];
  });
}
