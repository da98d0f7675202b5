import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planClose } from '../../activities/trading/plan-close.ts';
import type { TradingRooms } from '../../activities/trading/trading-rooms.ts';
import type { TradingPlan } from '../../contracts/live-trading.ts';
import type { Timeframe } from '../../contracts/series.ts';
import { runActivity } from '../support/pipeline.ts';

const MINUTE = 60_000;
/** All that closed before was worked on. */
const NOW = Date.UTC(2024, 0, 1, 0, 5, 40);

async function planned(
  timeframe: Timeframe,
  recoverTime: number | null,
  changes: object = {},
): Promise<TradingPlan> {
  const record = {
    account: 'real',
    mode: 'live',
    kind: 'spot',
    clock: { kind: 'real' },
    state: 'running',
    flattening: [],
    symbols: [{ symbol: 'BTCUSDT', timeframe }],
    iterations: null,
    closes: 3,
    lastCloseTime: Date.UTC(2024, 0, 1, 0, 5),
    ...changes,
  };
  const rooms = {
    ledger: {
      id: 'ledger',
      account: () => record,
      openOrders: () => [],
      changedOrders: () => [],
      positions: () => [],
    },
    clock: { now: () => NOW },
    recoverDue: new Map(recoverTime === null ? [] : [['real', recoverTime]]),
    open: async () => ({ record, recorded: null, venue: { now: async () => NOW } }),
  };
  const input = { account: 'real', ledgerId: 'ledger', workedCloseTime: null };
  return await runActivity(planClose(rooms as unknown as TradingRooms), input);
}

test('a process that has not recovered the account does so before any close, and again when it is due', async () => {
  assert.deepEqual(await planned('1m', null), { kind: 'recover' });
  assert.deepEqual(await planned('1m', NOW), { kind: 'recover' });
});

test('a close is waited for no longer than until the account is to be recovered again', async () => {
  const soon = await planned('1m', NOW + 30 * MINUTE);
  assert.ok(soon.kind === 'close' && soon.close.closeTime === Date.UTC(2024, 0, 1, 0, 6));
  assert.equal(soon.lookAgainTime, soon.wakeTime);
  assert.ok(soon.wakeTime > NOW && soon.wakeTime < soon.close.closeTime);
  const tomorrow = await planned('1d', NOW + 30 * MINUTE);
  assert.ok(tomorrow.kind === 'close');
  assert.equal(new Date(tomorrow.close.closeTime).toISOString(), '2024-01-02T00:00:00.000Z');
  assert.equal(tomorrow.lookAgainTime, NOW + 30 * MINUTE);
});

test('symbols that are being closed hold up no close, save on paper and at the end; an account that is does', async () => {
  const closing = { flattening: ['ETHUSDT'] };
  const live = await planned('1m', NOW + MINUTE, closing);
  assert.ok(live.kind === 'close');
  assert.deepEqual(live.flattens, ['ETHUSDT']);
  const flatten = { kind: 'flatten', symbols: ['ETHUSDT'] };
  assert.deepEqual(await planned('1m', NOW + MINUTE, { ...closing, mode: 'paper' }), flatten);
  assert.deepEqual(await planned('1m', NOW + MINUTE, { ...closing, iterations: 3 }), flatten);
  assert.deepEqual(await planned('1m', NOW + MINUTE, { ...closing, state: 'flattening' }), {
    kind: 'flatten',
    symbols: null,
  });
});
