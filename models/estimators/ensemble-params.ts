import { z } from 'zod';
import type { TrainSpec } from '../../contracts/recipe.ts';
import { checkParams } from './params.ts';

const schema = z.strictObject({
  /**
   * `vote`: the members' probabilities (or returns) in shares that are fitted on the validation rows; `mean`: in equal ones.
   */
  method: z.enum(['vote', 'mean']).default('vote'),
});

export type EnsembleParams = z.infer<typeof schema>;

/** @throws AlphaloomError RECIPE_INVALID */
export function parseEnsembleParams(params: TrainSpec['params']): EnsembleParams {
  return checkParams(schema, params);
}
