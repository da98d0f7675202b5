import assert from 'node:assert/strict';
import test from 'node:test';
import type { Look } from '../../contracts/comparison.ts';
import type { FleetRow, TrainModelResult } from '../../contracts/training.ts';
import { falsePromotionsOf } from '../../workflows/false-promotions.ts';
import { near } from '../support/near.ts';

function trained(look: Partial<Look> | null): FleetRow {
  return { series: 'x', ok: true, result: { offer: { look } } as unknown as TrainModelResult };
}

test('a fleet’s false promotions are the sum of the levels of the looks that it made', () => {
  const rows: FleetRow[] = [
    trained({ level: 0.0219 }),
    trained(null),
    { series: 'y', ok: false, error: { code: 'CANDLES_NOT_FOUND', message: '' } },
    { series: 'z', ok: true, result: { offer: null } as unknown as TrainModelResult },
    trained({ level: 0.0072 }),
  ];
  const { looks, expected } = falsePromotionsOf(rows);
  assert.equal(looks, 2);
  near(expected, 0.0291);
  assert.deepEqual(falsePromotionsOf([]), { looks: 0, expected: 0 });
});
