import { isDeepStrictEqual } from 'node:util';
import { type CostSpec, costsSchema } from '../../contracts/costs.ts';
import { AlphaloomError } from '../../contracts/errors.ts';
import { describeIssues } from '../../contracts/issues.ts';

/**
 * The costs of all symbols: what was asked for, else what all recipes say, else the defaults.
 * @param asked by name; undefined where nothing was asked
 * @throws AlphaloomError BACKTEST_INVALID where a cost makes no sense, or recipes differ in one that nobody gave
 */
export function agreedCosts(
  recipes: readonly CostSpec[],
  asked: { readonly [Name in keyof CostSpec]?: CostSpec[Name] | undefined },
): CostSpec {
  const names = Object.keys(costsSchema.shape) as (keyof CostSpec)[];
  const costs: Record<string, unknown> = {};
  for (const name of names) {
    const said = recipes.map(recipe => recipe[name]);
    const value = asked[name] ?? said[0];
    if (asked[name] === undefined && said.some(other => !isDeepStrictEqual(other, value))) {
      throw new AlphaloomError(
        'BACKTEST_INVALID',
        `The recipes of the models differ in costs.${name} (${said.map(other => other ?? 'none').join(', ')}), and one purse pays one: name it on the command line.`,
        { name, said },
      );
    }
    if (value !== undefined) costs[name] = value;
  }
  const result = costsSchema.safeParse(costs);
  if (result.success) return result.data;
  throw new AlphaloomError(
    'BACKTEST_INVALID',
    `These costs make no sense: ${describeIssues(result.error, costs, costsSchema)}.`,
    { costs },
  );
}
