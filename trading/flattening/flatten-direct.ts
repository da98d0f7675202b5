import type { Desk } from '../desk.ts';
import type { Lease } from '../ledger/ledger.ts';
import { type FlattenReport, type FlattenRequest, flattenAccount } from './flatten.ts';

const RENEW_EVERY_MS = 2_000;

/**
 * Flattens without a workflow: takes the ledger’s lease from whoever holds it, so that nobody else can send anything more,
 * and gives it back at the end.
 * @throws AlphaloomError as `flattenAccount`
 */
export async function flattenDirect(
  desk: Omit<Desk, 'lease'>,
  owner: string,
  request: FlattenRequest,
): Promise<FlattenReport> {
  const lease = await desk.ledger.takeLease({ owner, now: desk.now(), takeOver: true });
  const ending = new AbortController();
  const renewing = renewed(desk, lease, ending.signal);
  try {
    return await flattenAccount({ ...desk, lease }, request);
  } finally {
    ending.abort();
    await renewing;
    await lease.release();
  }
}

/** What fails here fails in the next transaction of the flattening, and is told there. */
async function renewed({ now, sleep }: Omit<Desk, 'lease'>, lease: Lease, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await sleep(RENEW_EVERY_MS, ended).catch(() => {});
    if (!ended.aborted) await lease.renew(now()).catch(() => {});
  }
}
