import { setTimeout as sleep } from 'node:timers/promises';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Lease, LeaseHolder, Ledger } from '../../trading/ledger/ledger.ts';
import type { Log } from '../log.ts';
import { signalProcess } from '../process-identity.ts';

const RENEW_MS = 2_000;
/** A holder that has not renewed its lease for so long stands still. */
const STILL_MS = 10_000;
const WAITS_FOR: ReadonlySet<string> = new Set(['LEASE_HELD', 'STORE_BUSY']);
const STANDING_BY =
  'standing by: another process trades, and this one takes over when that ends; nothing is to be done';
/** Positions wait for whoever takes over from a process that died. */
const TRY_AGAIN_MS = 100;

export interface LeaseKeeper {
  /** Takes it once no other process that lives holds it, and renews it from then on. @returns false where the wait was ended */
  take(): Promise<boolean>;
  /** @throws AlphaloomError LEASE_LOST also where it was not taken yet */
  lease(): Lease;
  /** Gives it back. */
  close(): Promise<void>;
}

interface KeeperRequest {
  readonly ledger: Ledger;
  readonly owner: string;
  readonly log: Log;
  /** Aborting it ends the wait. */
  readonly signal: AbortSignal;
  /** Somebody else took it over: nothing may be traded here any more. */
  onLost(): void;
}

/** Keeps the ledger's lease for a process that trades. */
export function createLeaseKeeper({ ledger, owner, log, signal, onLost }: KeeperRequest): LeaseKeeper {
  let taken: Lease | null = null;
  let lost: AlphaloomError | null = null;
  let timer: NodeJS.Timeout | undefined;
  const renew = async (lease: Lease) => {
    try {
      await lease.renew(Date.now());
    } catch (error) {
      if (!(error instanceof AlphaloomError) || error.code !== 'LEASE_LOST') {
        log.warn(
          { error: error instanceof Error ? error.message : String(error) },
          'the lease could not be renewed',
        );
        return;
      }
      clearInterval(timer);
      lost = error;
      log.error({ owner }, 'another process has taken the ledger over; this worker trades no more');
      onLost();
    }
  };
  return {
    async take() {
      const lease = await takeLease({ ledger, owner, log, signal });
      if (lease === null) return false;
      taken = lease;
      timer = setInterval(() => void renew(lease), RENEW_MS);
      return true;
    },
    lease() {
      if (lost !== null) throw lost;
      if (taken !== null) return taken;
      throw new AlphaloomError('LEASE_LOST', `${owner} does not trade yet. Nothing was changed.`, { owner });
    },
    async close() {
      clearInterval(timer);
      if (taken !== null && lost === null) await taken.release();
    },
  };
}

async function takeLease({
  ledger,
  owner,
  log,
  signal,
}: Omit<KeeperRequest, 'onLost'>): Promise<Lease | null> {
  const watch = watchHolder(log);
  let last: LeaseHolder | null = null;
  for (let isTold = false; !signal.aborted; ) {
    try {
      const lease = await ledger.takeLease({ owner, now: Date.now(), takeOver: false });
      if (isTold) log.info({ owner, from: last?.pid ?? null }, 'took over from the process that traded');
      return lease;
    } catch (error) {
      // Somebody who stands still in the middle of a transaction keeps everybody from the file.
      if (!(error instanceof AlphaloomError) || !WAITS_FOR.has(error.code)) throw error;
      const holder = ledger.leaseHolder();
      last = holder ?? last;
      if (!isTold) log.info({ holder: last?.pid ?? null }, STANDING_BY);
      isTold = true;
      watch(holder);
      // An abort ends the loop.
      await sleep(TRY_AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}

/**
 * Ends a holder that stands still: nobody looks after its positions, and it may be anywhere, also in the middle of a transaction.
 * Its renewals are watched, not compared with a clock: after a sleep of the machine both go on.
 */
function watchHolder(log: Log): (holder: LeaseHolder | null) => void {
  let seen = '';
  let since = 0;
  return holder => {
    if (holder === null) return;
    const renewal = `${holder.pid}/${holder.started}/${holder.renewedTime}`;
    if (renewal !== seen) {
      seen = renewal;
      since = performance.now();
    } else if (performance.now() - since > STILL_MS) {
      log.error({ holder: holder.pid }, 'the process that trades has stood still for too long; it is ended');
      signalProcess(holder, 'SIGKILL');
      since = performance.now();
    }
  };
}
