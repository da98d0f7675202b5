import { z } from 'zod';
import type { Recipe } from '../../../contracts/recipe.ts';
import { checkParams } from '../../estimators/params.ts';
import type { NetBuilder } from '../net.ts';
import type { Value } from '../value.ts';
import { NET_PARAMS, type NetParams } from './net-params.ts';

type RecipeParams = Recipe['train']['params'];

/** An architecture: what stands between the preprocessed window and the scores. */
export interface NetKind {
  readonly name: string;
  /** @throws AlphaloomError RECIPE_INVALID */
  parse(params: RecipeParams): NetParams;
  /** From windows `[batch, steps, features]` to what the scores are read off, `[batch, units]`. */
  hidden(net: NetBuilder, window: Value, params: RecipeParams): Value;
}

interface NetKindSpec<Own extends z.ZodRawShape> {
  readonly name: string;
  /** Parameters beside those of all nets; one of the same name is taken instead. */
  readonly params: Own;
  hidden(net: NetBuilder, window: Value, params: NetParams & z.infer<z.ZodObject<Own>>): Value;
}

export function netKind<Own extends z.ZodRawShape>({ name, params, hidden }: NetKindSpec<Own>): NetKind {
  const schema = z.strictObject({ ...NET_PARAMS, ...params }).superRefine(refuseContradictions);
  const parse = (given: RecipeParams) =>
    checkParams(schema, given) as unknown as NetParams & z.infer<z.ZodObject<Own>>;
  return {
    name,
    parse,
    hidden: (net, window, given) => hidden(net, window, parse(given)),
  };
}

/** The focal loss is defined for labels that are certain. */
function refuseContradictions(params: Record<string, unknown>, context: z.RefinementCtx): void {
  const { imbalance, label_smoothing } = params;
  if (imbalance !== 'focal' || label_smoothing === 0) return;
  context.addIssue({
    code: 'custom',
    path: ['label_smoothing'],
    message: 'must be 0 where imbalance is focal',
  });
}
