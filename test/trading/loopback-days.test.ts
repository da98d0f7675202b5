import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { ScriptedFault } from '../../venues/loopback/faults.ts';
import { assertAgreement, settleDown } from './agreement.ts';
import { loopbackRig } from './loopback-rig.ts';
import { ACTIONS, type Day, playDay, runsOf } from './random-day.ts';

const ENTER = { action: 'enter', plan: 0 } as const;

async function play(t: TestContext, day: Day, ...faults: readonly ScriptedFault[]) {
  const rig = await loopbackRig(t);
  rig.exchange.script(...faults);
  const { kills } = await playDay(rig, day);
  await settleDown(rig);
  assertAgreement(rig);
  const { orders, trades } = rig.exchange.inspect();
  return { kills, orders: orders.length, fills: trades.length };
}

test('at the loopback exchange a position is entered, protected and stopped out', async t => {
  const actions = [ENTER, { action: 'crash-of-price', plan: 0 }, { action: 'settle', plan: 0 }] as const;
  const { orders, fills } = await play(t, { actions, kills: [] });
  assert.deepEqual({ orders, fills }, { orders: 2, fills: 2 });
});

/** How requests go wrong there, each with a chance of one in ten. */
const TROUBLES: readonly ScriptedFault[] = [
  { path: 'order', method: 'POST', fault: { kind: 'cut' } },
  { path: 'order', method: 'POST', fault: { kind: 'stalled' } },
  { path: 'order', method: 'POST', fault: { kind: 'object' } },
  { path: 'order', method: 'POST', fault: { kind: 'status', status: 503, body: '' }, when: 'before' },
  { path: 'order', method: 'POST', fault: { kind: 'status', status: 503, body: '' }, when: 'after' },
  { path: 'order', method: 'POST', fault: { kind: 'rate-limited', retryAfter: '0' } },
  { path: 'order', method: 'GET', fault: { kind: 'other-order' } },
  { path: 'order', method: 'GET', fault: { kind: 'truncated' } },
  { path: 'order', method: 'DELETE', fault: { kind: 'cut' } },
  { path: 'order', method: 'DELETE', fault: { kind: 'status', status: 502, body: '' }, when: 'before' },
  { path: 'openOrders', fault: { kind: 'empty' } },
  { path: 'account', fault: { kind: 'empty' } },
  { path: 'account', fault: { kind: 'object' } },
  { path: 'myTrades', fault: { kind: 'duplicate-trades' } },
  { path: 'myTrades', fault: { kind: 'unordered-trades' } },
  { path: 'myTrades', fault: { kind: 'missing-trades', count: 1 } },
  { path: 'allOrders', fault: { kind: 'query-lag', ms: 2_000 } },
  { path: 'bookTicker', fault: { kind: 'html' } },
];

test('whatever the loopback exchange does, it and the ledger agree', async t => {
  const figures = { days: 0, kills: 0, orders: 0, fills: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ action: fc.constantFrom('enter', 'enter', ...ACTIONS), plan: fc.nat(3) }), {
        minLength: 4,
        maxLength: 12,
      }),
      fc.array(fc.nat(60), { maxLength: 3 }),
      fc.subarray([...TROUBLES], { maxLength: 6 }),
      async (actions, kills, troubles) => {
        const scripted = troubles.map(trouble => ({ ...trouble, probability: 0.1 }));
        const day = await play(t, { actions, kills }, ...scripted);
        figures.days++;
        figures.kills += day.kills;
        figures.orders += day.orders;
        figures.fills += day.fills;
      },
    ),
    runsOf(15),
  );
  t.diagnostic(JSON.stringify(figures));
});
