import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { startScript } from '../../support/child-process.ts';
import { ACCOUNT, desk } from './fixtures.ts';

const SCRIPT = join(import.meta.dirname, 'trading-process.ts');

test('a process killed in the middle of trading loses nothing that it was told, and leaves no half', {
  timeout: 120_000,
}, async t => {
  const { ledger, path } = await desk(t);
  const told: string[] = [];
  for (let round = 0; round < 3; round++) {
    const child = startScript(SCRIPT, [path, String(round * 100_000)]);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', chunk => {
      text += chunk;
    });
    const closed = once(child, 'close');
    // Or it ended by itself: then nothing was told, and the test says so.
    await Promise.race([once(child.stdout!, 'data'), closed]);
    await new Promise(resolve => setTimeout(resolve, 40 + 60 * Math.random()));
    child.kill('SIGKILL');
    await closed;
    told.push(
      ...text
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line)),
    );
    assert.deepEqual(ledger.check(ACCOUNT), []);
  }
  assert.ok(told.length >= 3);
  for (const id of told) {
    const order = ledger.order(id);
    assert.deepEqual([order?.status, order?.filled], ['filled', order?.quantity], id);
  }
  const fills = ledger.fills(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER });
  assert.equal(new Set(fills.map(({ tradeId }) => tradeId)).size, fills.length);
});
