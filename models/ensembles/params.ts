import { z } from 'zod';
import type { TrainSpec } from '../../contracts/recipe.ts';
import { checkParams } from '../estimators/params.ts';

const schema = z.strictObject({
  /**
   * `vote`: the members' probabilities (or returns) in shares that are fitted on the validation rows; `mean`: in equal ones;
   * `stack`: a linear model of the logarithms of their probabilities (or of their returns), fitted there.
   */
  method: z.enum(['vote', 'mean', 'stack']).default('vote'),
  /** L2 penalty of `stack` on the coefficients of scaled answers. */
  l2: z.number().gt(0).max(1e6).default(0.1),
});

export type EnsembleParams = z.infer<typeof schema>;

/** @throws AlphaloomError RECIPE_INVALID */
export function parseEnsembleParams(params: TrainSpec['params']): EnsembleParams {
  return checkParams(schema, params);
}
