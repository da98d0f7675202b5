import type { z } from 'zod';
import { AlphaloomError } from '../../contracts/errors.ts';

/**
 * A recipe's `train.params` as an estimator's schema types them, its defaults filled in.
 * @throws AlphaloomError RECIPE_INVALID naming each path, its value and what is allowed
 */
export function checkParams<Schema extends z.ZodObject>(
  schema: Schema,
  params: Readonly<Record<string, unknown>>,
): z.infer<Schema> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap(issue => describe(issue, params, Object.keys(schema.shape)));
  throw new AlphaloomError('RECIPE_INVALID', `${problems.map(inWords).join('; ')}`, {
    problems,
  });
}

interface Problem {
  readonly path: string;
  readonly value: unknown;
  readonly allowed: string;
}

function describe(
  issue: z.core.$ZodIssue,
  params: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Problem[] {
  const isUnknown = issue.code === 'unrecognized_keys';
  const keys = isUnknown ? issue.keys : [String(issue.path[0])];
  return keys.map(key => ({
    path: `train.params.${key}`,
    value: params[key],
    allowed: isUnknown ? `no such parameter, known are ${known.join(', ')}` : issue.message,
  }));
}

function inWords({ path, value, allowed }: Problem): string {
  return `${path}: ${allowed} (got ${JSON.stringify(value)})`;
}
