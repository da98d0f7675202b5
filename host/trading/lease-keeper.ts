import { setTimeout as sleep } from 'node:timers/promises';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Lease, Ledger } from '../../trading/ledger/ledger.ts';
import type { Log } from '../log.ts';

const RENEW_MS = 2_000;
const TRY_AGAIN_MS = 1_000;

export interface LeaseKeeper {
  /** @throws AlphaloomError LEASE_LOST */
  lease(): Lease;
  /** Gives it back. */
  close(): Promise<void>;
}

interface KeeperRequest {
  readonly ledger: Ledger;
  readonly owner: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Somebody else took it over: nothing may be traded here any more. */
  onLost(): void;
}

/** Takes the ledger's lease, waiting while another process that lives holds it, and renews it until it is given back. */
export async function keepLease({ ledger, owner, log, signal, onLost }: KeeperRequest): Promise<LeaseKeeper> {
  const lease = await takeLease({ ledger, owner, log, signal });
  let lost: AlphaloomError | null = null;
  const renew = async () => {
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
  const timer = setInterval(() => void renew(), RENEW_MS);
  return {
    lease() {
      if (lost !== null) throw lost;
      return lease;
    },
    async close() {
      clearInterval(timer);
      if (lost === null) await lease.release();
    },
  };
}

async function takeLease({ ledger, owner, log, signal }: Omit<KeeperRequest, 'onLost'>): Promise<Lease> {
  for (let isTold = false; ; ) {
    try {
      return await ledger.takeLease({ owner, now: Date.now(), takeOver: false });
    } catch (error) {
      if (!(error instanceof AlphaloomError) || error.code !== 'LEASE_HELD') throw error;
      if (!isTold) log.warn({ reason: error.message }, 'waiting for the ledger');
      isTold = true;
      await sleep(TRY_AGAIN_MS, undefined, { signal });
    }
  }
}
