import type { Ledger } from '../../trading/ledger/ledger.ts';
import { openSqliteLedger } from '../../trading/ledger/sqlite-ledger.ts';
import type { Home } from '../paths.ts';
import { identifyProcess, isRunning } from '../process-identity.ts';

/** The home's ledger; whoever reads it needs no lease. */
export async function openLedger(home: Home, now: () => number): Promise<Ledger> {
  return await openSqliteLedger(home.ledgerDatabase, {
    now,
    process: identifyProcess(process.pid)!,
    isRunning,
  });
}
