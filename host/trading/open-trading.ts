import { warmUp } from '../../activities/trading/warm-up.ts';
import type { OpenRooms } from '../compose.ts';
import type { LoadedConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { DEFAULT_RECIPE, loadConfiguredRecipe } from '../recipes.ts';
import { watchAccounts } from './account-watch.ts';
import { createLeaseKeeper } from './lease-keeper.ts';
import { createTradingRooms, type OpenTradingRooms } from './trading-rooms.ts';

interface TradingRequest {
  readonly rooms: OpenRooms;
  readonly loaded: LoadedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Aborting it ends the wait for the lease. */
  readonly signal: AbortSignal;
  /** The lease was taken over: this process must trade no more. */
  onLost(): void;
}

export interface OpenTrading extends OpenTradingRooms {
  /**
   * Waits until no other process trades this ledger, and opens the accounts then. All before it is done by a process that stands
   * by, so that a position waits for nothing but this.
   * @returns false where the wait was ended
   */
  begin(): Promise<boolean>;
}

/** Everything of the process that trades: the ledger's lease, the accounts' venues, the watch over them. */
export async function openTrading(request: TradingRequest): Promise<OpenTrading> {
  const { rooms, log, signal, onLost } = request;
  const ledger = await rooms.ledger();
  const keeper = createLeaseKeeper({ ledger, owner: `worker ${process.pid}`, log, signal, onLost });
  const { labels: defaultLabels } = await loadConfiguredRecipe(request.loaded, DEFAULT_RECIPE);
  const trading = createTradingRooms({ ...request, ledger, defaultLabels, lease: keeper.lease });
  let warming: Promise<void> | undefined;
  let watch: { close(): void } | undefined;
  return {
    ...trading,
    async begin() {
      if (!(await keeper.take())) return false;
      warming = warmAccounts(trading);
      watch = watchAccounts({ ledger, now: rooms.clock.now, log });
      return true;
    },
    async close() {
      watch?.close();
      await warming;
      await trading.close();
      await keeper.close();
    },
  };
}

/**
 * Exchanges, bars and models of accounts that trade are opened while the worker still starts: a position waits for it after a
 * crash. What can't be opened is told by the recovery, which needs it too.
 */
async function warmAccounts(trading: OpenTradingRooms): Promise<void> {
  const running = trading.ledger
    .accounts()
    .filter(({ state, clock }) => state !== 'stopped' && clock.kind === 'real');
  await Promise.allSettled(running.map(async record => warmUp(trading, await trading.open(record))));
}
