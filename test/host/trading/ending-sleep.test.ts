import assert from 'node:assert/strict';
import test from 'node:test';
import { endingSleep } from '../../../host/trading/ending-sleep.ts';
import { flattenAccount } from '../../../trading/flattening/flatten.ts';
import { executePlanned } from '../../../trading/orders/execute.ts';
import { ACCOUNT, decided, MINUTE, START, tradingRig } from '../../trading/rig.ts';

test('an abort ends a wait, before it and while it lasts', async () => {
  const ending = new AbortController();
  const waiting = endingSleep(60_000, ending.signal);
  ending.abort('SIGINT');
  await waiting;
  await endingSleep(60_000, ending.signal);
});

test('a flatten that is broken off says that it is, what stays, and what to do', async t => {
  let isDown = false;
  const rig = await tradingRig(t, { fault: () => (isDown ? 'lost' : null) });
  const desk = await rig.desk();
  const { planned, cancels } = await decided(desk, START, { leg: 'entry' });
  const deadline = START + 1.5 * MINUTE;
  await executePlanned(desk, { planned, cancels, deadline, priceBandBps: null, maxSpreadBps: null });
  isDown = true;
  const ending = new AbortController();
  const flat = flattenAccount(
    { ...desk, sleep: endingSleep, signal: ending.signal },
    { symbols: null, actor: 'test', operationId: 'flatten', onBlocked: () => ending.abort('SIGINT') },
  );
  const message = /broken off; it is still being flattened\. .*trade flatten real --direct/;
  await assert.rejects(flat, { code: 'TRADING_LATE', message });
  assert.equal(rig.ledger.account(ACCOUNT).state, 'flattening');
});
