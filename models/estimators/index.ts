import { AlphaloomError } from '../../contracts/errors.ts';
import { cnnLstm } from './cnn-lstm.ts';
import type { Estimator } from './estimator.ts';
import { gru } from './gru.ts';
import { lightgbm } from './lightgbm.ts';
import { lstm } from './lstm.ts';
import { mlp } from './mlp.ts';
import { temporalConv } from './temporal-conv.ts';

/** Every estimator by the name recipes call it. */
const ESTIMATORS: Readonly<Record<string, Estimator>> = Object.fromEntries(
  [lightgbm, cnnLstm, gru, lstm, mlp, temporalConv].map(estimator => [estimator.name, estimator]),
);

/** @throws AlphaloomError RECIPE_INVALID */
export function findEstimator(name: string): Estimator {
  if (Object.hasOwn(ESTIMATORS, name)) return ESTIMATORS[name];
  const allowed = Object.keys(ESTIMATORS);
  throw new AlphaloomError(
    'RECIPE_INVALID',
    `train.estimator must be one of ${allowed.join(', ')} (got ${JSON.stringify(name)}).`,
    { problems: [{ path: 'train.estimator', value: name, allowed }] },
  );
}
