import { z } from 'zod';
import { AlphaloomError } from '../../contracts/errors.ts';
import type { Recipe } from '../../contracts/recipe.ts';
import type { Task } from '../../contracts/tasks.ts';

/** Parameters of the task `return` alone. */
export const RETURN_LOSS = {
  /** Squared, absolute, or Huber's error. */
  loss: z.enum(['l2', 'l1', 'huber']).default('l2'),
  /** From which error on Huber's grows along a line, in deviations of the training targets. */
  huber_delta: z.number().gt(0).max(1_000).default(1),
} as const;

/** What a checked recipe holds, whatever its task. */
const DEFAULTS: Recipe['train']['params'] = z.object(RETURN_LOSS).parse({});

/** @throws AlphaloomError RECIPE_INVALID where others than the defaults are given to a task of classes, which has its own loss */
export function refuseReturnLoss(params: Recipe['train']['params'], task: Task): void {
  if (task === 'return') return;
  const problems = Object.keys(RETURN_LOSS)
    .filter(name => Object.hasOwn(params, name) && params[name] !== DEFAULTS[name])
    .map(name => ({
      path: `train.params.${name}`,
      value: params[name],
      allowed: `only in the task return, not in ${task}`,
    }));
  if (problems.length === 0) return;
  const inWords = problems.map(
    ({ path, value, allowed }) => `${path}: ${allowed} (got ${JSON.stringify(value)})`,
  );
  throw new AlphaloomError('RECIPE_INVALID', inWords.join('; '), { problems });
}
