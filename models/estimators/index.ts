import { AlphaloomError } from '../../contracts/errors.ts';
import type { Estimator } from './estimator.ts';
import { lightgbm } from './lightgbm.ts';
import { ppo } from './ppo.ts';

/** Every estimator by the name recipes call it. */
const ESTIMATORS: Readonly<Record<string, Estimator>> = { [lightgbm.name]: lightgbm, [ppo.name]: ppo };

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
