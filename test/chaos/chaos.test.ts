import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { runChaos } from '../../bench/chaos/run.ts';
import { temporaryHome } from '../support/temporary-home.ts';

const KILLS = 6;

test('six strikes while it trades: exchange and ledger agree, and it trades on', {
  timeout: 600_000,
}, async t => {
  const temporal = process.env.ALPHALOOM_TEST_TEMPORAL;
  const report = await runChaos({
    kills: KILLS,
    seed: 2,
    folder: join(await temporaryHome(t), 'home'),
    environment: { ...process.env, ...(temporal ? { ALPHALOOM_TEMPORAL: temporal } : {}) },
    say: line => t.diagnostic(line),
  });

  assert.deepEqual(report.violations, []);
  const struck = Object.values(report.strikes).reduce((sum, count) => sum + count, 0);
  assert.equal(struck + report.boundaries.notReached.length, KILLS);
  assert.deepEqual([...new Set(Object.keys(report.strikes).map(name => name.split(' ')[0]))].sort(), [
    'exchange',
    'temporal',
    'worker',
  ]);
  assert.ok(report.closes > 0 && report.fills > 0, 'it traded');
  assert.equal(report.unknown.settled, report.unknown.ever);
});
