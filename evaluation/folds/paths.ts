import type { Recipe } from '../../contracts/recipe.ts';
import { type CombinatorialSpec, pathCount } from '../../contracts/split.ts';
import { combinatorialGroups, testedGroups } from '../../datasets/folds.ts';
import type { History } from '../history.ts';
import { type AnsweredFold, joinFolds, type OutOfFold } from './out-of-fold.ts';

/**
 * Joins combinatorial folds to backtest paths: each covers every row once, and the j-th takes of each group what the j-th
 * fold that tested it says. (López de Prado, Advances in Financial Machine Learning, 12.4.)
 * @param answered all folds, in their order
 */
export function backtestPaths(
  history: History,
  recipe: Pick<Recipe, 'task' | 'costs'>,
  spec: CombinatorialSpec,
  answered: readonly AnsweredFold[],
): OutOfFold[] {
  const groups = combinatorialGroups(history.rows, spec);
  const tested = testedGroups(spec);
  const foldsOf = groups.map((_, group) => answered.filter((_, at) => tested[at]!.includes(group)));
  return Array.from({ length: pathCount(spec) }, (_, path) =>
    joinFolds(
      history,
      recipe,
      groups.map((rows, group) => answersOn(rows, foldsOf[group]![path]!)),
    ),
  );
}

/** What a fold says of one of the groups that it tested. */
function answersOn(rows: Int32Array, { fold, probabilities, predicted, number }: AnsweredFold): AnsweredFold {
  const from = fold.test.indexOf(rows[0]!);
  const to = from + rows.length;
  const width = probabilities.length / predicted.length;
  return {
    number,
    fold: { ...fold, test: rows },
    probabilities: probabilities.subarray(from * width, to * width),
    predicted: predicted.subarray(from, to),
  };
}
