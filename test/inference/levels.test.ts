import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { LabelSpec } from '../../contracts/recipe.ts';
import { levelsFor } from '../../inference/levels.ts';
import { near } from '../support/near.ts';

const BARRIERS: LabelSpec = { kind: 'triple-barrier', horizonBars: 24, upAtr: 3, downAtr: 2 };
const HORIZON: LabelSpec = { kind: 'fixed-horizon', horizonBars: 24, thresholdLogReturn: 0.02 };

test('LONG aims at the upper barrier and stops at the lower one', () => {
  assert.deepEqual(levelsFor('LONG', 1_000, 10, BARRIERS), {
    entry: 1_000,
    stopLoss: 980,
    takeProfits: { tp1: 1_015, tp2: 1_030, tp3: 1_045 },
  });
});

test('SHORT aims at the lower barrier and stops at the upper one', () => {
  assert.deepEqual(levelsFor('SHORT', 1_000, 10, BARRIERS), {
    entry: 1_000,
    stopLoss: 1_030,
    takeProfits: { tp1: 990, tp2: 980, tp3: 970 },
  });
});

test('a fixed horizon’s barriers are its log return up and down, whatever the ATR', () => {
  for (const atr of [0, 10]) {
    const long = levelsFor('LONG', 1_000, atr, HORIZON);
    near(long.takeProfits.tp2, 1_000 * Math.exp(0.02));
    near(long.stopLoss, 1_000 * Math.exp(-0.02));
    const short = levelsFor('SHORT', 1_000, atr, HORIZON);
    near(short.takeProfits.tp2, 1_000 * Math.exp(-0.02));
    near(short.stopLoss, 1_000 * Math.exp(0.02));
  }
});

test('without a model’s labels both barriers stand two ATR away', () => {
  const { stopLoss, takeProfits } = levelsFor('LONG', 1_000, 10, null);
  assert.deepEqual([stopLoss, takeProfits.tp2], [980, 1_020]);
});

test('targets stand at 0.5, 1 and 1.5 of the second one’s distance, on one side; the stop on the other', () => {
  const price = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  const share = fc.double({ min: 1e-4, max: 0.1, noNaN: true });
  const cases = fc.tuple(
    fc.constantFrom('LONG', 'SHORT'),
    price,
    share,
    fc.constantFrom(BARRIERS, HORIZON, null),
  );
  fc.assert(
    fc.property(cases, ([side, entry, atrShare, labels]) => {
      const { stopLoss, takeProfits } = levelsFor(side, entry, atrShare * entry, labels);
      const distance = takeProfits.tp2 - entry;
      const sign = side === 'LONG' ? 1 : -1;
      assert.ok(sign * distance > 0 && sign * (stopLoss - entry) < 0);
      assert.ok(Math.abs(takeProfits.tp1 - entry - 0.5 * distance) < 1e-9 * entry);
      assert.ok(Math.abs(takeProfits.tp3 - entry - 1.5 * distance) < 1e-9 * entry);
    }),
  );
});

test('however wild the ATR, every level is a positive price, in order', () => {
  const price = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  const share = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
  const wide: LabelSpec = { ...HORIZON, thresholdLogReturn: 3 };
  const cases = fc.tuple(
    fc.constantFrom('LONG', 'SHORT'),
    price,
    share,
    fc.constantFrom(BARRIERS, wide, null),
  );
  fc.assert(
    fc.property(cases, ([side, entry, atrShare, labels]) => {
      const { stopLoss, takeProfits } = levelsFor(side, entry, atrShare * entry, labels);
      const upwards = [stopLoss, entry, takeProfits.tp1, takeProfits.tp2, takeProfits.tp3];
      if (side === 'SHORT') upwards.reverse();
      assert.ok(upwards[0] > 0, `${upwards}`);
      for (let at = 1; at < upwards.length; at++) assert.ok(upwards[at] > upwards[at - 1], `${upwards}`);
    }),
  );
});
