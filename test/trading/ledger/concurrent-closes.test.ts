import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import type { DecisionRecord } from '../../../trading/ledger/records.ts';
import { runScript } from '../../support/child-process.ts';
import { ACCOUNT, type Desk, desk } from './fixtures.ts';

const SCRIPT = join(import.meta.dirname, 'deciding-process.ts');

interface Answer {
  readonly planned: readonly { readonly clientOrderId: string; readonly quantity: string }[];
  readonly decisions: readonly DecisionRecord[];
}

/** 50 calls of five processes with two connections each. */
async function race({ path, lease }: Desk, kind: 'slot' | 'bar'): Promise<Answer[]> {
  const ranges = [0, 10, 20, 30, 40].map(first => [String(first), String(first + 10)]);
  const outputs = await Promise.all(
    ranges.map(range => runScript(SCRIPT, [path, String(lease.fence), kind, ...range])),
  );
  return outputs.flat() as Answer[];
}

test('50 closes at once for one risk slot plan exactly one entry', async t => {
  const at = await desk(t);
  const answers = await race(at, 'slot');
  assert.equal(answers.length, 50);
  assert.equal(answers.flatMap(({ planned }) => planned).length, 1);
  assert.equal(at.ledger.slots(ACCOUNT).length, 1);
  assert.equal(at.ledger.decisions(ACCOUNT, { fromTime: 0, toTime: Number.MAX_SAFE_INTEGER }).length, 50);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});

test('50 decisions at once of one bar are one decision, and all are told of it', async t => {
  const at = await desk(t);
  const answers = await race(at, 'bar');
  assert.equal(answers.length, 50);
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal(answers[0].planned.length, 1);
  assert.equal(at.ledger.openOrders(ACCOUNT).length, 1);
  assert.deepEqual(at.ledger.check(ACCOUNT), []);
});
