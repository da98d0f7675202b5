import assert from 'node:assert/strict';
import test from 'node:test';
import { AlphaloomError } from '../../../contracts/errors.ts';
import { createLog } from '../../../host/log.ts';
import { createLeaseKeeper } from '../../../host/trading/lease-keeper.ts';
import type { Lease, Ledger } from '../../../trading/ledger/ledger.ts';

const HOLDER = { pid: 4711, started: 'then', renewedTime: 5 };
const LEASE = { async renew() {}, async release() {} } as unknown as Lease;

/** Takes the lease of a ledger that somebody holds for the first `held` questions; what it logged. */
async function logged(held: number): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  let left = held;
  const ledger = {
    async takeLease() {
      if (left-- > 0) throw new AlphaloomError('LEASE_HELD', 'End it, or use --direct.');
      return LEASE;
    },
    leaseHolder: () => HOLDER,
  } as unknown as Ledger;
  const keeper = createLeaseKeeper({
    ledger,
    owner: 'worker 1',
    log: createLog('info', { write: line => void lines.push(JSON.parse(line)) }),
    signal: new AbortController().signal,
    onLost: () => assert.fail('it was not lost'),
  });
  assert.equal(await keeper.take(), true);
  await keeper.close();
  return lines;
}

test('who stands by says once who trades and that nothing is to be done, then when and from whom it took over', async () => {
  const [waits, takes, ...others] = await logged(3);
  assert.deepEqual(others, []);
  assert.equal(waits.holder, HOLDER.pid);
  assert.match(String(waits.msg), /^standing by: .*nothing is to be done$/);
  assert.doesNotMatch(JSON.stringify(waits), /--direct/);
  assert.equal(takes.from, HOLDER.pid);
  assert.match(String(takes.msg), /^took over from/);
  assert.ok(Date.parse(String(takes.time)) > 0);
});

test('who finds nobody trading takes over from nobody', async () => {
  assert.deepEqual(await logged(0), []);
});
