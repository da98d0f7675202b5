import assert from 'node:assert/strict';
import test from 'node:test';
import { afterEpoch, cosineRate, type PlateauState } from '../../../models/nets/schedules.ts';
import { near } from '../../support/near.ts';

const cosine = { peak: 0.4, floor: 0.1, warmUpSteps: 4, steps: 24 };

test('the rate rises in a line, peaks after the warm-up, and ends at the floor', () => {
  near(cosineRate(1, cosine), 0.1);
  near(cosineRate(4, cosine), 0.4);
  near(cosineRate(14, cosine), 0.25);
  near(cosineRate(24, cosine), 0.1);
  near(cosineRate(99, cosine), 0.1);
});

test('without a warm-up the first step is just under the peak, and a training of one step ends at the floor', () => {
  near(cosineRate(1, { ...cosine, warmUpSteps: 0, steps: 2 }), 0.25);
  near(cosineRate(1, { ...cosine, warmUpSteps: 0, steps: 1 }), 0.1);
});

test('the rate falls once the loss has not improved for more than `patience` epochs, down to the floor', () => {
  const plateau = { factor: 0.5, patience: 1, threshold: 0.01, floor: 0.2 };
  let state: PlateauState = { rate: 1, bestLoss: null, badEpochs: 0 };
  const rates: number[] = [];
  for (const loss of [2, 1.99, 1.5, 1.6, 1.6, 1.4, 1.4, 1.4, 1.4, 1.4, 1.4, 1.4]) {
    state = afterEpoch(state, loss, plateau);
    rates.push(state.rate);
  }
  // 1.99 is less than 1 % better than 2.
  assert.deepEqual(rates, [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2]);
});
