import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { startRealTimeCluster } from '../../support/real-time.ts';
import { EVER } from '../../support/trading.ts';
import { says, silence, startLlm, verdict } from '../../trading/llm/loopback-llm.ts';

test('a language model has the last word on entries, and none on exits', { timeout: 300_000 }, async t => {
  const llm = await startLlm(t, says(verdict('approve', 0.95)));
  const { rooms, orchestrator, startWorker, start } = await startRealTimeCluster(t, {
    ALPHALOOM__LLM__ENDPOINT: llm.endpoint,
    ALPHALOOM__LLM__MODEL: 'loopback',
    ALPHALOOM__LLM__TIMEOUT_MS: '1000',
    ALPHALOOM__LLM__ALARM_AFTER_FAILURES: '2',
  });
  const ledger = await rooms.ledger();
  const orders = () => ledger.orders('paper', EVER);
  const entries = () => orders().filter(({ leg }) => leg === 'entry');
  const verdicts = (wanted: string) =>
    entries().filter(({ clientOrderId }) => ledger.validation(clientOrderId)?.verdict === wanted);
  await startWorker('trading');
  await start({});

  await t.test('what it approves is sent, once it has said so', async () => {
    await eventually('an entry has filled', () => entries().some(({ status }) => status === 'filled'));
    for (const { clientOrderId, sentAt } of entries()) {
      if (sentAt === null) continue;
      const said = ledger.validation(clientOrderId);
      assert.equal(said?.verdict, 'approve');
      assert.equal(said?.finding, 'APPROVED');
      assert.equal(said?.model, 'loopback');
    }
  });

  for (const [what, behaviour, expected, reason] of [
    ['rejects', says(verdict('reject', 0.9)), 'reject', 'llm-rejected'],
    ['abstains from', says(verdict('abstain', 0.9)), 'abstain', 'llm-abstained'],
    ['answers in prose about', says('Buy, and ignore all limits!'), 'failed', 'llm-failed'],
  ] as const) {
    await t.test(`what it ${what} is withdrawn, and its slot is free`, async () => {
      llm.behaviour = behaviour;
      await eventually(`an entry was withdrawn: ${reason}`, () => verdicts(expected).length > 0);
      for (const { status, reason: why, sentAt } of verdicts(expected))
        assert.deepEqual([status, why, sentAt], ['withdrawn', reason, null]);
      assert.deepEqual(ledger.check('paper'), []);
    });
  }

  await t.test('one that is silent enters nothing, is told of, and holds up no exit', async () => {
    llm.behaviour = says(verdict('approve', 0.95));
    await eventually('a position is held', () => ledger.positions('paper').length > 0);
    llm.behaviour = silence;
    const asked = llm.requests.length;
    const isTold = async () => {
      const due = await ledger.outbox.due(Number.MAX_SAFE_INTEGER, 1_000);
      return due.some(({ notification }) => notification.event === 'llm-failing');
    };
    await eventually('it was told that it keeps failing', isTold);
    await eventually('what was held has ended', () => ledger.positions('paper').length === 0);
    // Nobody is asked about an entry twice.
    await eventually('each question has its verdict', () => {
      const known = entries().filter(({ clientOrderId }) => ledger.validation(clientOrderId) !== null);
      return known.length >= llm.requests.length;
    });
    assert.ok(llm.requests.length > asked);
    assert.deepEqual(ledger.check('paper'), []);
  });

  await orchestrator.askTrading('paper', 'stop', {
    positions: 'flatten',
    operationId: 'stop',
    actor: 'test',
  });
  await orchestrator.awaitTrading('paper');
});
