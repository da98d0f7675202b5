import type { Logger } from 'pino';
import { type FlattenReport, flattenAccount } from '../../trading/flattening/flatten.ts';
import type { Lease } from '../../trading/ledger/ledger.ts';
import type { OpenRooms } from '../compose.ts';
import type { LoadedConfig } from '../config.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../recipes.ts';
import { createTradingRooms } from './trading-rooms.ts';

interface DirectWiring {
  readonly rooms: OpenRooms;
  readonly loaded: LoadedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
}

interface DirectRequest {
  readonly account: string;
  /** null: all of the account, which then halts. */
  readonly symbols: readonly string[] | null;
  readonly actor: string;
  readonly operationId: string;
  /** Aborting it breaks off: the account stays as it is then. */
  readonly signal: AbortSignal;
  /** Told what keeps it from being done, whenever that is another. */
  readonly onBlocked: (blocked: string) => void;
}

const RENEW_MS = 2_000;

/**
 * Closes an account's positions from this process, without Temporal: takes the ledger's lease from whoever holds it, so that
 * nobody else sends anything meanwhile, and gives it back at the end. It needs the account's credentials and nothing else that real
 * orders need: closing is never forbidden.
 * @throws AlphaloomError LEASE_LOST where somebody took it over in turn, TRADING_LATE where it was broken off, ACCOUNT_UNKNOWN
 */
export async function flattenDirect(wiring: DirectWiring, request: DirectRequest): Promise<FlattenReport> {
  const { rooms, log } = wiring;
  const { clock } = rooms;
  const ledger = await rooms.ledger();
  const { account, symbols, actor, operationId, signal, onBlocked } = request;
  const record = ledger.account(account);
  const { labels: defaultLabels } = await loadConfiguredRecipe(wiring.loaded, DEFAULT_RECIPE);
  let held: Lease | null = null;
  const trading = createTradingRooms({
    ...wiring,
    ledger,
    defaultLabels,
    purpose: 'close',
    lease: () => held!,
  });
  try {
    // Who may not or cannot speak to the venue takes nothing from the worker that looks after the positions.
    const open = await trading.open(record);
    const lease = await ledger.takeLease({
      owner: `flatten ${process.pid}`,
      now: clock.now(),
      takeOver: true,
    });
    held = lease;
    const renewing = setInterval(() => void renew(lease, clock.now(), log), RENEW_MS);
    try {
      return await flattenAccount(trading.desk(open, signal, null), {
        symbols,
        actor,
        operationId,
        onBlocked,
      });
    } finally {
      clearInterval(renewing);
    }
  } finally {
    await trading.close();
    await held?.release();
  }
}

/** What fails here fails in the next transaction too, and is told there. */
async function renew(lease: Lease, now: number, log: Logger): Promise<void> {
  try {
    await lease.renew(now);
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'the lease could not be renewed');
  }
}
