import { test } from 'node:test';
import fc from 'fast-check';
import { assertAgreement, settleDown } from './agreement.ts';
import { ACTIONS, playDay, runsOf } from './random-day.ts';
import { swapRig } from './swap-rig.ts';

/** Told fast: what hangs until a deadline of the wire would make a day take minutes. */
const TROUBLES = ['reset-before', 'reset-after', 'unavailable-before', 'cut', 'object', 'empty'] as const;

test('whatever a swap’s exchange does, it and the ledger agree', async t => {
  const figures = { days: 0, kills: 0, faults: 0, orders: 0, fills: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ action: fc.constantFrom('enter', 'enter', ...ACTIONS), plan: fc.nat(3) }), {
        minLength: 3,
        maxLength: 12,
      }),
      fc.array(fc.nat(60), { maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(70), fc.constantFrom(...TROUBLES)), { maxLength: 12 }),
      async (actions, kills, faults) => {
        const befalls = new Map(faults);
        let requests = 0;
        let isCalm = true;
        const rig = await swapRig(t, () => {
          const next = isCalm ? null : (befalls.get(requests++) ?? null);
          if (next !== null) figures.faults++;
          return next;
        });
        await rig.venue.market('BTCUSDT');
        isCalm = false;
        const { kills: killed } = await playDay(rig, { actions, kills });
        isCalm = true;
        await settleDown(rig);
        assertAgreement(rig);
        figures.days++;
        figures.kills += killed;
        figures.orders += rig.exchange.orders.length + rig.exchange.stops.length;
        figures.fills += rig.exchange.trades.length;
      },
    ),
    runsOf(25),
  );
  t.diagnostic(JSON.stringify(figures));
});
