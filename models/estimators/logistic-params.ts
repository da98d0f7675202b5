import { z } from 'zod';
import type { Recipe } from '../../contracts/recipe.ts';
import { checkParams } from './params.ts';

const schema = z.strictObject({
  /** Weight of half the coefficients' squares beside the mean loss of a row: scikit-learn's 1 / (C · rows), or alpha / rows. */
  l2: z.number().min(1e-9).max(1e6).default(1e-3),
  /** Most steps of Newton's method. */
  iterations: z.int().min(1).max(1_000).default(50),
});

export type LogisticParams = z.infer<typeof schema>;

/** @throws AlphaloomError RECIPE_INVALID */
export function parseLogisticParams(params: Recipe['train']['params']): LogisticParams {
  return checkParams(schema, params);
}
