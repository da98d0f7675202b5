import type { DatabaseSync } from 'node:sqlite';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Database } from '../../storage/sqlite.ts';
import type { Lease, LeaseHolder, LeaseProcess } from './ledger.ts';
import { one, run } from './statements.ts';

export interface LeaseParts {
  readonly process: LeaseProcess;
  readonly isRunning: (holder: LeaseProcess) => boolean;
}

interface LeaseRow {
  readonly fence: number;
  readonly owner: string | null;
  readonly pid: number | null;
  readonly started: string | null;
  readonly renewed_at: number;
}

/** @throws AlphaloomError LEASE_HELD */
export async function takeLease(
  database: Database,
  { process, isRunning }: LeaseParts,
  { owner, now, takeOver }: { readonly owner: string; readonly now: number; readonly takeOver: boolean },
): Promise<Lease> {
  const requireFree = (held: LeaseRow) => {
    if (!takeOver && isHeld(held, isRunning)) throw leaseHeld(database.path, held);
  };
  // Who waits for it asks often: that must not stand in the way of who trades.
  await database.read(sql => requireFree(selectLease(sql)));
  const fence = await database.write(sql => {
    const held = selectLease(sql);
    requireFree(held);
    const next = held.fence + 1;
    run(
      sql,
      'UPDATE lease SET fence = ?, owner = ?, pid = ?, started = ?, renewed_at = ?',
      next,
      owner,
      process.pid,
      process.started,
      now,
    );
    return next;
  });
  const lease: Lease = {
    owner,
    fence,
    async renew(at) {
      await database.write(sql => {
        checkLease(sql, lease);
        run(sql, 'UPDATE lease SET renewed_at = ?', at);
      });
    },
    async release() {
      await database.write(sql =>
        run(sql, 'UPDATE lease SET owner = NULL, pid = NULL, started = NULL WHERE fence = ?', fence),
      );
    },
  };
  return lease;
}

/** Every transaction that changes trading begins with it. @throws AlphaloomError LEASE_LOST */
export function checkLease(sql: DatabaseSync, { owner, fence }: Lease): void {
  const held = selectLease(sql);
  if (held.fence === fence && held.owner !== null) return;
  throw new AlphaloomError(
    'LEASE_LOST',
    `The ledger's lease of ${owner} is over: ${held.owner ?? 'nobody'} holds it now. Nothing was changed.`,
    { owner, fence, holder: held.owner, holderFence: held.fence },
  );
}

export function selectLeaseHolder(sql: DatabaseSync): LeaseHolder | null {
  const { pid, started, renewed_at } = selectLease(sql);
  return pid === null || started === null ? null : { pid, started, renewedTime: renewed_at };
}

function selectLease(sql: DatabaseSync): LeaseRow {
  return one<LeaseRow>(sql, 'SELECT fence, owner, pid, started, renewed_at FROM lease')!;
}

function isHeld({ pid, started }: LeaseRow, isRunning: LeaseParts['isRunning']): boolean {
  return pid !== null && started !== null && isRunning({ pid, started });
}

function leaseHeld(path: string, { owner, pid, renewed_at }: LeaseRow): AlphaloomError {
  return new AlphaloomError(
    'LEASE_HELD',
    `${owner} (process ${pid}) trades on ${path}. One process per ledger: end it, or use --direct to take over.`,
    { path, owner, pid, renewedTime: renewed_at },
  );
}
