import { test } from 'node:test';
import fc from 'fast-check';
import { assertAgreement, settleDown } from './agreement.ts';
import type { Fault } from './fake-venue.ts';
import { ACTIONS, playDay, runsOf } from './random-day.ts';
import { tradingRig } from './rig.ts';

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>('lost'),
  fc.constant<Fault>('cut'),
  fc.integer({ min: 100, max: 60_000 }).map(delayMs => ({ delayMs })),
);

test('whatever goes wrong whenever, exchange and ledger agree', async t => {
  const figures = { days: 0, kills: 0, faults: 0, posts: 0, fills: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ action: fc.constantFrom('enter', 'enter', ...ACTIONS), plan: fc.nat(3) }), {
        minLength: 3,
        maxLength: 14,
      }),
      fc.array(fc.nat(60), { maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(70), fault), { maxLength: 20 }),
      fc.constantFrom(0, 0, 300, 2_500),
      fc.constantFrom(1, 1, 0.4),
      fc.constantFrom('market', 'limit'),
      async (actions, kills, faults, lagMs, fillShare, stops) => {
        const befalls = new Map(faults);
        let requests = 0;
        let isCalm = false;
        const rig = await tradingRig(t, {
          card: { stops },
          fault: () => {
            const next = isCalm ? null : (befalls.get(requests++) ?? null);
            if (next !== null) figures.faults++;
            return next;
          },
        });
        rig.exchange.lagMs = lagMs;
        rig.exchange.fillShare = fillShare;
        if (stops === 'limit') rig.exchange.stopLimit = 0.01;
        const { kills: killed } = await playDay(rig, { actions, kills });
        isCalm = true;
        await settleDown(rig);
        assertAgreement(rig);
        figures.days++;
        figures.kills += killed;
        figures.posts += rig.exchange.posts.size;
        figures.fills += rig.exchange.trades.length;
      },
    ),
    runsOf(100),
  );
  t.diagnostic(JSON.stringify(figures));
});
